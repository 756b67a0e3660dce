/** Comparisons that come before any connection: a credential is only ever sent to the place that AWSCURRENT names. */

import { TargetMismatchError } from '../rotation/errors.ts';
import { sameName } from '../rotation/same-name.ts';
import type { DatabaseEngine } from './engine.ts';
import type { DatabaseLogin } from './secret.ts';

/** Same host and port, and same authentication database. */
export function samePlace(engine: DatabaseEngine, a: DatabaseLogin, b: DatabaseLogin): boolean {
  return sameHost(a, b) && portAt(engine, a) === portAt(engine, b) && sameAuthentication(a, b);
}

function sameHost(a: DatabaseLogin, b: DatabaseLogin): boolean {
  return sameName(a.host, b.host);
}

/** The port that a login goes to. */
export function portAt({ defaults }: DatabaseEngine, { port }: DatabaseLogin): number {
  return port ?? defaults.port;
}

/** Where users live in a database of their own (MongoDB), two users may have one name. Other engines have no such field. */
export function sameAuthentication(a: DatabaseLogin, b: DatabaseLogin): boolean {
  return (a.authSource || 'admin') === (b.authSource || 'admin');
}

/** Throws TargetMismatchError unless AWSPENDING is for `username` at the place of AWSCURRENT. */
export function requireSameTarget(
  engine: DatabaseEngine,
  pending: DatabaseLogin,
  current: DatabaseLogin,
  username: string,
): void {
  const differs = [
    ...(pending.username === username ? [] : ['user']),
    ...(sameHost(pending, current) ? [] : ['host']),
    ...(portAt(engine, pending) === portAt(engine, current) ? [] : ['port']),
    ...(sameAuthentication(pending, current) ? [] : ['authentication database']),
  ];
  if (differs.length === 0) return;
  if (pending.username === current.username && differs.join() === 'user') {
    throw new TargetMismatchError(
      `AWSPENDING and AWSCURRENT are both for user ${current.username}, and AWSPENDING must be for ${username}`,
      {
        hint: 'AWSCURRENT was moved during the rotation: take AWSPENDING off its version, then rotate again',
        ofPending: true,
      },
    );
  }
  const source = ({ authSource }: DatabaseLogin) => ` (${authSource || 'admin'})`;
  const place = (login: DatabaseLogin) =>
    `${login.username}${sameAuthentication(pending, current) ? '' : source(login)} at ${login.host}:${portAt(engine, login)}`;
  throw new TargetMismatchError(
    `AWSPENDING and AWSCURRENT name another ${differs.join(' and ')}: ${place(pending)} and ${place(current)}`,
    {
      hint: 'AWSCURRENT changed during the rotation: take AWSPENDING off its version, then rotate again',
      ofPending: true,
    },
  );
}
