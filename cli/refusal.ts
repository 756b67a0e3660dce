/** Why a secret cannot be rotated now: a sentence and the next command. Found before anything is changed. */
import type { DescribeSecretCommandOutput } from '@aws-sdk/client-secrets-manager';
import { CURRENT, holder } from '../shared/rotation/versions.ts';
import type { Account } from './account.ts';
import { factsOf, isRollback, type SecretFacts } from './condition.ts';
import { RefusedError } from './failure.ts';
import { look } from './look.ts';
import { describeSecret } from './service.ts';

/** One that can be rotated now, as far as its description tells. Throws RefusedError. */
export async function rotatable(account: Account, name: string): Promise<SecretFacts> {
  const described = await describeSecret(account, name);
  const refusal = await refusalOf(account, described);
  if (refusal !== undefined) throw refusal;
  const facts = factsOf(described);
  if (facts.rotates) return facts;
  throw new RefusedError(`no function rotates ${name}`, `rekey enable ${name} --function NAME --every 30d`);
}

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
  if (isRollback(facts, pending)) {
    return new RefusedError(
      `a rollback of ${name} is unfinished: version ${pending} has AWSPENDING beside AWSPREVIOUS`,
      `rekey rollback ${name}, which goes on with it; or rekey abandon ${name}`,
    );
  }
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

/** Where AWSPENDING is what opens the system: this makes it AWSCURRENT, which ends the outage. */
export function promoteCommand(arn: string, labels: SecretFacts['labels'], pending: string): string {
  return (
    `aws secretsmanager update-secret-version-stage --secret-id '${arn}' --version-stage ${CURRENT} ` +
    `--move-to-version-id '${pending}' --remove-from-version-id '${holder(labels, CURRENT)}'`
  );
}
