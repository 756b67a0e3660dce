import { describe, expect, it } from 'vitest';
import { advise } from '../../../cli/cost/advice.ts';
import type { SecretFacts } from '../../../cli/cost/inventory.ts';
import { rotatedByRekey, secret } from './facts.ts';

const verdictOf = (special: Partial<SecretFacts>) => advise(secret('app', special), 'us-east-1');

describe('advice', () => {
  it('is to move a secret that does not rotate', () => {
    expect(verdictOf({})).toEqual({ verdict: 'move', reasons: [] });
  });

  it('is to move a secret whose rotation is switched off', () => {
    expect(verdictOf({ ...rotatedByRekey, rotates: false, rotationWindow: '3h' }).verdict).toBe('move');
  });

  it('says that a secret which Rekey rotates could move', () => {
    expect(verdictOf(rotatedByRekey)).toEqual({ verdict: 'could-move', reasons: [] });
  });

  it('is nothing for a secret that is scheduled for deletion, whatever else it is', () => {
    expect(verdictOf({ isDeleted: true, replicas: 2, owningService: 'rds' })).toEqual({
      verdict: 'deleted',
      reasons: [],
    });
  });

  it.each<[string, Partial<SecretFacts>, string, string]>([
    ['a service manages', { owningService: 'rds' }, 'managed-by-service', 'managed by rds'],
    ['a third party rotates', { partner: 'salesforce' }, 'managed-by-partner', 'rotated together with salesforce'],
    ['is a replica', { primaryRegion: 'eu-west-1' }, 'replica', 'replica of eu-west-1'],
    ['has a replica', { primaryRegion: 'us-east-1', replicas: 1 }, 'replicated', 'replicated to 1 region'],
    ['has replicas', { primaryRegion: 'us-east-1', replicas: 3 }, 'replicated', 'replicated to 3 regions'],
    [
      'another function rotates',
      { rotates: true, rotationFunction: 'theirs' },
      'rotated-by-others',
      'rotated by theirs, not by Rekey',
    ],
    ['rotates in a window', { ...rotatedByRekey, rotationWindow: '3h' }, 'rotation-window', 'rotation window of 3h'],
    ['other accounts use', { policy: 'cross-account' }, 'cross-account', 'resource policy admits other accounts'],
    ['has a policy of its own', { policy: 'own-account' }, 'resource-policy', 'has a resource policy'],
    ['hides its policy', { policy: 'unread' }, 'policy-unread', 'its resource policy may not be read'],
    ['no parameter can hold', { size: 'too-large' }, 'too-large', 'over 8 KB'],
    ['is binary', { size: 'binary' }, 'binary', 'binary value'],
  ])('is to keep a secret that %s, and says why', (_, special, code, text) => {
    expect(verdictOf(special)).toEqual({ verdict: 'keep', reasons: [{ code, text }] });
  });

  it('gives every reason to keep a secret', () => {
    const { reasons } = verdictOf({ ...rotatedByRekey, rotationWindow: '1h', replicas: 1, policy: 'cross-account' });

    expect(reasons.map(({ code }) => code)).toEqual(['replicated', 'rotation-window', 'cross-account']);
  });

  it('gives one reason where a service manages the secret: the rest is not the operator’s to change', () => {
    const { reasons } = verdictOf({ owningService: 'rds', rotates: true, rotationWindow: '1h' });

    expect(reasons.map(({ code }) => code)).toEqual(['managed-by-service']);
  });
});
