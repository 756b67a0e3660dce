/** What the state machine is given: the names of secrets in two waves. It reads them in tools/stack/fleet.ts. */
import { createHash } from 'node:crypto';
import { CURRENT, holder } from '../../shared/rotation/versions.ts';
import type { SecretFacts } from '../condition.ts';

/** https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html: 256 KiB of input. The rest is for the other members. */
const MOST_BYTES = 256 * 1024 - 256;

export interface Pace {
  readonly canary: number;
  readonly concurrency: number;
  readonly keepGoing?: true;
}

export interface Order {
  readonly input: string;
  readonly secrets: readonly SecretFacts[];
  /** What does not fit into one execution. */
  readonly left: readonly SecretFacts[];
}

export function orderOf(all: readonly SecretFacts[], { canary, concurrency, keepGoing }: Pace): Order {
  let bytes = 0;
  const end = all.findIndex(({ name }) => {
    bytes += Buffer.byteLength(JSON.stringify(name)) + 1;
    return bytes > MOST_BYTES;
  });
  const secrets = end === -1 ? all : all.slice(0, end);
  const names = secrets.map(({ name }) => name);
  const first = canary === 0 || canary >= names.length ? names.length : canary;
  const waves = { names: names.slice(0, first), rest: names.slice(first), before: 0 };
  return {
    input: JSON.stringify({ ...waves, since: lastOf(secrets), concurrency, keepGoing: keepGoing ?? false }),
    secrets,
    left: all.slice(secrets.length),
  };
}

/**
 * The last rotation of any of them, in ms. Whose last one is later was rotated after it was chosen, and the state machine leaves it as
 * it is. A second is added because some answers of the service have whole seconds.
 */
function lastOf(secrets: readonly SecretFacts[]): number {
  return secrets.reduce((last, { lastRotated }) => Math.max(last, lastRotated?.getTime() ?? 0), 0) + 1000;
}

/**
 * The name of the execution, as a UUID: the same for the same secrets as they are now, so that whoever presses twice starts one. Where
 * that one is over and nothing came of it, the next `attempt` has another name.
 */
export function executionName({ input, secrets }: Order, attempt: number): string {
  const now = secrets.map(({ labels, lastRotated }) => [holder(labels, CURRENT), lastRotated?.getTime()]);
  const digest = createHash('sha256')
    .update(JSON.stringify([input, now, attempt]))
    .digest('hex');
  return digest.slice(0, 32).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
