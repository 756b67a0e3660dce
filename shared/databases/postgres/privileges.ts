/** What the login of a session may do, as lines that two users of a pair can be compared by. */
import { createHash } from 'node:crypto';
import { ownRoleIn } from './align.ts';
import type { Transaction } from './connection.ts';
import { grantsTo } from './grants.ts';
import type { Setting } from './role.ts';
import { ownedObjects, readRole } from './role.ts';
import { aliased } from './set-password.ts';
import { settingMeaning } from './setting.ts';

/** `base` is the owner of the pair that this login belongs to; what only names one of the pair is left out. */
export async function privileges(transaction: Transaction, base: string): Promise<string[]> {
  const self = transaction.username;
  const [acting] = await transaction.query('SELECT current_user AS name, session_user AS login');
  // What an alias has is not what the role of that name has, and its counterpart would be a third one.
  if (acting?.login !== self) throw aliased(self, String(acting?.login));
  const role = await readRole(transaction, self);
  const members = await transaction.query(
    `SELECT rolname FROM pg_roles
      WHERE rolname <> $1 AND NOT (SELECT rolsuper FROM pg_roles WHERE rolname = $1) AND pg_has_role($1, oid, 'MEMBER')`,
    [self],
  );
  const roles = members.map((member) => String(member.rolname));
  const grants = await grantsTo(transaction, [self, ...roles]);
  const alone = self !== base && (await ownedObjects(transaction, self)) > 0;
  // What the base is a direct member of, the clone is through it.
  const owner = roles.includes(base) ? await readRole(transaction, base) : undefined;
  const direct = [...(role?.memberOf ?? []), ...(owner?.memberOf ?? [])];
  const lines = [
    `acts as ${String(acting?.name)}`,
    ...(role?.attributes ?? []).map((attribute) => `attribute ${attribute}`),
    ...(role?.settings ?? []).map((setting) => settingLine(ownRoleIn(setting, base))),
    ...roles.filter((name) => name !== base).map((name) => `member of ${name}`),
    ...direct.filter(({ role }) => role !== base).map(({ role, options }) => `member of ${role}${options}`),
    ...direct.filter(({ role, admin }) => role === base && admin).map(() => `may grant ${base}`),
    ...grants.map(({ prefix, right, grantable }) => `${prefix}${right}${grantable ? ' WITH GRANT OPTION' : ''}`),
    ...(alone ? [`owns objects that ${base} does not own`] : []),
  ];
  return [...new Set(lines)].sort();
}

function settingLine({ database, name, value }: Setting): string {
  const meaning = settingMeaning(name, value);
  // The server's own parameters hold no secrets. What applications make up (`app.jwt_secret`) may.
  const shown = name.includes('.') ? fingerprint(meaning) : JSON.stringify(meaning);
  return `setting ${name} = ${shown}${database === '' ? '' : ` in database ${database}`}`;
}

/** For values that may hold keys and tokens: they are compared, never shown. */
export function fingerprint(value: string): string {
  return `#${createHash('sha256').update(value).digest('hex').slice(0, 8)}`;
}
