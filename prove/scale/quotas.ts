/** What Secrets Manager takes a second in one region. https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html */
const rates: readonly { readonly operations: readonly string[]; readonly perSecond: number }[] = [
  { operations: ['DescribeSecret', 'GetSecretValue'], perSecond: 10_000 },
  { operations: ['PutSecretValue', 'UpdateSecret', 'UpdateSecretVersionStage'], perSecond: 50 },
  { operations: ['ListSecretVersionIds'], perSecond: 50 },
];

/** Writes that a rotation of a single user needs: the value, AWSCURRENT, and AWSPENDING taken off. */
const WRITES = 3;

/** So long so many rotations take at least. */
export const floorMs = (rotations: number) => ((rotations * WRITES) / 50) * 1000;

/** Says of each call, at this moment, whether its quota admits it. `writes`: a second, for a region that is smaller in all. */
export function quotas(writes?: number): (operation: string) => boolean {
  const used = rates.map(() => ({ second: 0, calls: 0 }));
  return (operation) => {
    const at = rates.findIndex(({ operations }) => operations.includes(operation));
    const [rate, taken] = [rates[at], used[at]];
    if (rate === undefined || taken === undefined) return true;
    const second = Math.floor(Date.now() / 1000);
    if (taken.second !== second) Object.assign(taken, { second, calls: 0 });
    taken.calls += 1;
    const isWrite = rate === rates[1];
    return taken.calls <= (isWrite ? (writes ?? rate.perSecond) : rate.perSecond);
  };
}
