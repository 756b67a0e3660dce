import { isOfRekey } from '../condition.ts';
import type { SecretFacts } from './inventory.ts';

/**
 * move: it does not rotate, and would be cheaper as a parameter. could-move: it does, by a function of Rekey, which rotates
 * parameters as well. keep: it needs Secrets Manager. deleted: it costs nothing any more.
 */
export type Verdict = 'move' | 'could-move' | 'keep' | 'deleted';

export interface Reason {
  readonly code:
    | 'managed-by-service'
    | 'managed-by-partner'
    | 'superuser'
    | 'replica'
    | 'replicated'
    | 'rotation-window'
    | 'rotated-by-others'
    | 'cross-account'
    | 'resource-policy'
    | 'policy-unread'
    | 'too-large'
    | 'binary';
  readonly text: string;
}

export interface Advice {
  readonly verdict: Verdict;
  /** Why it needs Secrets Manager. None for the other verdicts. */
  readonly reasons: readonly Reason[];
}

export function advise(secret: SecretFacts, region: string): Advice {
  if (secret.isDeleted) return { verdict: 'deleted', reasons: [] };
  const reasons = [...reasonsToKeep(secret, region)];
  if (reasons.length > 0) return { verdict: 'keep', reasons };
  return { verdict: secret.rotates ? 'could-move' : 'move', reasons };
}

function* reasonsToKeep(secret: SecretFacts, region: string): Generator<Reason> {
  const { owningService, partner, primaryRegion, replicas, rotates, rotationFunction, rotationWindow } = secret;
  if (owningService !== undefined) {
    // The rest is that service's business.
    yield { code: 'managed-by-service', text: `managed by ${owningService}` };
    return;
  }
  if (secret.isSuperuser) yield { code: 'superuser', text: 'superuser or admin secret of rotations' };
  if (partner !== undefined) yield { code: 'managed-by-partner', text: `rotated together with ${partner}` };
  if (primaryRegion !== undefined && primaryRegion !== region) {
    yield { code: 'replica', text: `replica of ${primaryRegion}` };
  }
  if (replicas > 0) yield { code: 'replicated', text: `replicated to ${counted(replicas, 'region')}` };
  if (rotates && partner === undefined && !isOfRekey(rotationFunction)) {
    yield { code: 'rotated-by-others', text: `rotated by ${rotationFunction ?? 'AWS'}, not by Rekey` };
  }
  if (rotates && rotationWindow !== undefined) {
    yield { code: 'rotation-window', text: `rotation window of ${rotationWindow}` };
  }
  if (secret.policy === 'cross-account') {
    yield { code: 'cross-account', text: 'resource policy admits other accounts' };
  }
  if (secret.policy === 'own-account') yield { code: 'resource-policy', text: 'has a resource policy' };
  if (secret.policy === 'unread') yield { code: 'policy-unread', text: 'its resource policy may not be read' };
  if (secret.size === 'too-large') yield { code: 'too-large', text: 'over 8 KB' };
  if (secret.size === 'binary') yield { code: 'binary', text: 'binary value' };
}

export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
