/** Why a secret cannot be rotated now: a sentence and the next command. Found before anything is changed. */
import type { DescribeSecretCommandOutput } from '@aws-sdk/client-secrets-manager';
import type { Account } from './account.ts';
import { factsOf, type SecretFacts } from './condition.ts';
import { RefusedError } from './failure.ts';
import { look } from './look.ts';

/** Undefined: nothing stands in the way that can be seen in its description. */
export async function refusalOf(
  account: Account,
  described: DescribeSecretCommandOutput,
): Promise<RefusedError | undefined> {
  const facts = factsOf(described);
  return refusedForGood(account, described) ?? unfinishedRefusal(account, facts);
}

/** It is not Rekey's to change here. */
export function refusedForGood({ region }: Account, described: DescribeSecretCommandOutput): RefusedError | undefined {
  const { name, arn, manager, primaryRegion } = factsOf(described);
  if (described.DeletedDate !== undefined) {
    return new RefusedError(`${name} is marked for deletion`, `aws secretsmanager restore-secret --secret-id '${arn}'`);
  }
  if (manager !== undefined) {
    return new RefusedError(
      `${name} is managed by ${manager}, which rotates it`,
      `rotate it there; an own secret for an own user is what Rekey rotates`,
    );
  }
  if (primaryRegion !== undefined && primaryRegion !== region) {
    return new RefusedError(
      `${name} is a replica of ${primaryRegion}, where it rotates`,
      `the same command with --region ${primaryRegion}`,
    );
  }
  return undefined;
}

/** A rotation that is under way, or stuck, stands in the way. */
export async function unfinishedRefusal(account: Account, facts: SecretFacts): Promise<RefusedError | undefined> {
  const { name } = facts;
  const { state, pending, code, step } = await look(account, facts, Date.now());
  if (pending === null) return undefined;
  if (state === 'rotating') {
    return new RefusedError(
      `a rotation of ${name} goes on${step === null ? '' : ` (${step} is done)`}`,
      `rekey status --watch shows it; version ${pending} has AWSPENDING`,
    );
  }
  const why = code === null ? 'is stuck' : `failed (${code})`;
  const explain = code === null ? '' : `rekey explain ${code}, then `;
  return new RefusedError(
    `the rotation of ${name} before this one ${why}, and version ${pending} has AWSPENDING`,
    `${explain}rekey abandon ${name}, which looks whether that is safe`,
  );
}
