/** A REVOKE of a superuser acts as the owner of the object: it says nothing, and takes nothing, where somebody else granted the right. */
import { PermissionError } from '../../rotation/errors.ts';
import type { Transaction } from '../postgres/connection.ts';
import type { Grant } from '../postgres/grants.ts';
import { revokeStatement } from '../postgres/grants.ts';
import { grantsTo } from './grants.ts';

/** Throws PermissionError, with the name of whoever granted it, when the user still has one of these rights. `waiting` has yet to run. */
export async function requireRevoked(
  transaction: Transaction,
  user: string,
  revoked: readonly Grant[],
  waiting: readonly string[],
): Promise<void> {
  const same = (one: Grant, other: Grant) => one.right === other.right && one.prefix === other.prefix;
  const still = await grantsTo(transaction, user);
  const kept = revoked.find((each) => !waiting.includes(revokeStatement(each)) && still.some((one) => same(one, each)));
  if (kept === undefined) return;
  const grantor = await grantorOf(transaction, kept);
  throw new PermissionError(
    `${user} keeps ${kept.prefix}${kept.right}: ${grantor ?? 'somebody else'} granted it, and only who granted it takes it back`,
    { hint: `run as ${grantor ?? 'whoever granted it'}: ${revokeStatement(kept)}` },
  );
}

/** Catalog and column with the rights of a kind of object, and how its names are found. */
const PLACES: Readonly<Record<string, string>> = {
  TABLE:
    'SELECT relacl AS acl FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relname = $2',
  SCHEMA: 'SELECT nspacl AS acl FROM pg_namespace WHERE nspname = $1',
  DATABASE: 'SELECT datacl AS acl FROM pg_database WHERE datname = $1',
};

/** From lines `grantee=rights/grantor`, where names other than words are in double quotes; undefined where it cannot be told. */
async function grantorOf(transaction: Transaction, { right, grantee }: Grant): Promise<string | undefined> {
  const [, kind = '', object = ''] = /^\w+ ON (TABLE|SCHEMA|DATABASE) (.*)$/s.exec(right) ?? [];
  const query = PLACES[kind];
  if (query === undefined) return undefined;
  const names = (object.match(/"(?:[^"]|"")*"/g) ?? []).map(plain);
  const [row] = await transaction.query(
    `SELECT array_to_string(acl, chr(10)) AS lines FROM (${query}) AS found`,
    names,
  );
  const items = String(row?.lines ?? '').matchAll(/^("(?:[^"]|"")*"|[^"=]*)=[^/]*\/(.*)$/gm);
  const grantors = [...items]
    .filter(([, whom = '']) => plain(whom) === grantee)
    .map(([, , whose = '']) => plain(whose));
  // The owner's own has just been taken.
  return grantors.at(-1);
}

function plain(name: string): string {
  return name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name;
}
