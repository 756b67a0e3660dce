/** What state a secret is in, by what lists and descriptions tell. Pure. */
import type { DescribeSecretCommandOutput, SecretListEntry } from '@aws-sdk/client-secrets-manager';
import { holder, PREVIOUS, type SecretDescription } from '../shared/rotation/versions.ts';
import { endOf, unfinished, windowMs } from '../shared/rotation/window.ts';

export type Condition =
  | 'ok'
  | 'rotating'
  | 'stuck'
  | 'failing'
  | 'overdue'
  | 'never'
  | 'off'
  | 'foreign'
  | 'managed'
  | 'replica';

export const needsPerson: readonly Condition[] = ['stuck', 'failing', 'overdue'];

export interface SecretFacts {
  readonly name: string;
  readonly arn: string;
  readonly labels: SecretDescription['labels'];
  /** Rotation is on, by this function. */
  readonly rotates: boolean;
  readonly functionName?: string;
  readonly functionArn?: string;
  readonly lastRotated?: Date;
  readonly lastChanged?: Date;
  readonly nextRotation?: Date;
  /** How long a window is open. */
  readonly windowMs: number;
  /** Who else rotates it: a service of AWS, or a partner. */
  readonly manager?: string;
  readonly primaryRegion?: string;
}

export function factsOf(entry: SecretListEntry | DescribeSecretCommandOutput): SecretFacts {
  const { ARN = '', Name = ARN, OwningService, Type, RotationLambdaARN, RotationRules, PrimaryRegion } = entry;
  const labels = 'SecretVersionsToStages' in entry ? entry.SecretVersionsToStages : undefined;
  const manager = OwningService || Type;
  return {
    name: Name,
    arn: ARN,
    labels: labels ?? ('VersionIdsToStages' in entry ? entry.VersionIdsToStages : undefined) ?? {},
    rotates: entry.RotationEnabled === true,
    ...(RotationLambdaARN && {
      functionName: RotationLambdaARN.split(':')[6] ?? RotationLambdaARN,
      functionArn: RotationLambdaARN,
    }),
    ...(entry.LastRotatedDate && { lastRotated: entry.LastRotatedDate }),
    ...(entry.LastChangedDate && { lastChanged: entry.LastChangedDate }),
    ...(entry.NextRotationDate && { nextRotation: entry.NextRotationDate }),
    windowMs: windowMs(RotationRules?.Duration),
    ...(manager && { manager }),
    ...(PrimaryRegion && { primaryRegion: PrimaryRegion }),
  };
}

/** `rotating` stands for all that is unfinished: how it goes, only the function's log and the age of its version tell. */
export function conditionOf(facts: SecretFacts, region: string, now: number): Condition {
  if (facts.manager !== undefined) return 'managed';
  if (facts.primaryRegion !== undefined && facts.primaryRegion !== region) return 'replica';
  if (unfinished(facts.labels) !== undefined) return 'rotating';
  if (!facts.rotates) return 'off';
  // The date is the last one on which the rotation is to begin.
  if (endOf(facts.nextRotation, facts.windowMs, now) !== undefined) return 'overdue';
  if (!isOfRekey(facts.functionName)) return 'foreign';
  return facts.lastRotated === undefined ? 'never' : 'ok';
}

/** Is it a person who rolls back, or did? */
export function isRollback({ labels }: Pick<SecretFacts, 'labels'>, pending: string | null | undefined): boolean {
  return pending != null && pending === holder(labels, PREVIOUS);
}

/** As serverless.yml names them: `rekey-<stage>-<function>`. */
export function isOfRekey(functionName: string | undefined): boolean {
  return functionName?.startsWith('rekey-') === true;
}

/** What the name of a function of Rekey tells. Of another one it is the name itself. */
export function systemOf(functionName: string | undefined): { system: string; strategy: string } {
  if (functionName === undefined) return { system: '', strategy: '' };
  const [, system, strategy] =
    /^rekey-(?:.+-)?([a-z0-9]+)-(single-user|alternating-users|superuser-set|dual-password)(?:-parameter)?$/.exec(
      functionName,
    ) ?? [];
  if (system !== undefined && strategy !== undefined) return { system, strategy };
  return { system: /^rekey-[^-]+-(.+)$/.exec(functionName)?.[1] ?? functionName, strategy: '' };
}
