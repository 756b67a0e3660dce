/** Parameter Store keeps a hundred versions of a parameter: https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-versions.html */
import type { ParameterHistory } from '@aws-sdk/client-ssm';

export const KEPT = 100;

/** Oldest first. The next version would push the oldest one out, and the service refuses to where that one has a label. */
export function isInTheWay(versions: readonly ParameterHistory[]): boolean {
  return versions.length >= KEPT && (versions[0]?.Labels ?? []).length > 0;
}
