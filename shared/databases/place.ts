/** Comparisons that come before any connection: a credential is only ever sent to the place that AWSCURRENT names. */

import { TargetMismatchError } from '../rotation/errors.ts';
import type { DatabaseEngine } from './engine.ts';
import type { DatabaseSecret } from './secret.ts';
import { portOf } from './secret.ts';

/** Same host and port, and same authentication database. Host names do not care for case. */
export function samePlace(engine: DatabaseEngine, a: DatabaseSecret, b: DatabaseSecret): boolean {
  return (
    a.host.toLowerCase() === b.host.toLowerCase() &&
    portOf(a, engine.defaults.port) === portOf(b, engine.defaults.port) &&
    sameAuthentication(a, b)
  );
}

/** Where users live in a database of their own (MongoDB), two users may have one name. Other engines have no such field. */
export function sameAuthentication(a: DatabaseSecret, b: DatabaseSecret): boolean {
  return (a.authSource || 'admin') === (b.authSource || 'admin');
}

/** Throws TargetMismatchError unless AWSPENDING is for `username` at the place of AWSCURRENT. */
export function requireSameTarget(
  engine: DatabaseEngine,
  pending: DatabaseSecret,
  current: DatabaseSecret,
  username: string,
): void {
  const differs = [
    ...(pending.username === username ? [] : ['user']),
    ...(pending.host.toLowerCase() === current.host.toLowerCase() ? [] : ['host']),
    ...(portOf(pending, engine.defaults.port) === portOf(current, engine.defaults.port) ? [] : ['port']),
    ...(sameAuthentication(pending, current) ? [] : ['authentication database']),
  ];
  if (differs.length === 0) return;
  const place = (secret: DatabaseSecret) =>
    `${secret.username} at ${secret.host}:${portOf(secret, engine.defaults.port)}`;
  throw new TargetMismatchError(
    `AWSPENDING and AWSCURRENT name another ${differs.join(' and ')}: ${place(pending)} and ${place(current)}`,
    { hint: 'AWSCURRENT changed during the rotation: take AWSPENDING off its version, then rotate again' },
  );
}
