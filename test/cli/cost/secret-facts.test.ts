import { describe, expect, it } from 'vitest';
import { advise } from '../../../cli/cost/advice.ts';
import { secretFacts } from '../../../cli/cost/read-secrets.ts';

const ARN = 'arn:aws:secretsmanager:us-east-1:123456789012:secret:app-AbCdEf';

/** Members of ListSecrets that the sandbox does not answer with. */
describe('an entry of ListSecrets', () => {
  it.each([
    [{ OwningService: 'rds', Name: 'rds!db-1' }, 'managed by rds'],
    [{ Type: 'SalesforceClientSecret', RotationEnabled: true }, 'rotated together with SalesforceClientSecret'],
    [{ PrimaryRegion: 'eu-west-1' }, 'replica of eu-west-1'],
    [{ RotationEnabled: true }, 'rotated by AWS, not by Rekey'],
    [
      { RotationEnabled: true, RotationLambdaARN: 'arn:aws:lambda:us-east-1:123456789012:function:theirs:live' },
      'rotated by theirs, not by Rekey',
    ],
  ])('%j is kept for one reason', (entry, text) => {
    const { verdict, reasons } = advise(secretFacts({ ARN, Name: 'app', ...entry }), 'us-east-1');

    expect([verdict, reasons.map((reason) => reason.text)]).toEqual(['keep', [text]]);
  });

  it('without a name is known by its ARN', () => {
    expect(secretFacts({ ARN }).name).toBe(ARN);
  });
});
