/** What the login of a session may do, as lines that two users of a pair can be compared by. */
import { createHash } from 'node:crypto';
import { requireEqualRights } from '../equal-rights.ts';
import type { PairNames } from '../pair.ts';
import { ownRoleIn } from './align.ts';
import type { Connection, Row, Transaction } from './connection.ts';
import { GRANTS_PARAMETERS, grantText } from './grants.ts';
import type { Membership, Role, Setting } from './role.ts';
import { both, optionsOf, readRoles } from './role.ts';
import { aliased } from './set-password.ts';
import { mayHoldKey, settingMeaning } from './setting.ts';

/** `base` is the owner of the pair that this login belongs to; what only names one of the pair is left out. */
export function privileges(connection: Connection, base: string): Promise<string[]> {
  const self = connection.username;
  return connection.transaction(
    'READ ONLY',
    async (transaction, server) => {
      // What an alias has is not what the role of that name has, and its counterpart would be a third one.
      if (server.login !== self) throw aliased(self, String(server.login));
      return linesOf({ self, base, actsAs: String(server.name) }, await readRoles(transaction, server, [self], self));
    },
    `SELECT current_user AS name, session_user AS login, ${GRANTS_PARAMETERS}`,
  );
}

/** Once both logged in anew. For a superuser: another session does not see what this transaction did. */
export async function requireEqual(
  transaction: Transaction,
  server: Row,
  { from, to, base }: PairNames,
): Promise<void> {
  const [here] = await transaction.query('SELECT current_database() AS name');
  const rightsOf = async (self: string) => {
    const found = await readRoles(transaction, server, [self], self);
    const { settings = [], actsAs } = found.get(self) ?? {};
    const inDatabase = settings.find(({ name, database }) => name === 'role' && database === here?.name)?.value;
    const acts = [inDatabase, actsAs].find((name) => name !== undefined && (name === 'none' || found.has(name)));
    const names = { self, base, actsAs: acts === undefined || acts === 'none' ? self : acts };
    return { username: self, may: linesOf(names, found) };
  };
  requireEqualRights(await rightsOf(to), await rightsOf(from));
}

interface Names {
  readonly self: string;
  readonly base: string;
  readonly actsAs: string;
}

function linesOf({ self, base, actsAs }: Names, found: ReadonlyMap<string, Role>): string[] {
  const role = found.get(self);
  const roles = [...found.keys()].filter((name) => name !== self);
  // What the base is a direct member of, the clone is through it.
  const owner = self === base ? undefined : found.get(base);
  const direct = new Map<string, Membership>();
  for (const each of [...(role?.memberOf ?? []), ...(owner?.memberOf ?? [])])
    direct.set(each.role, both(each, direct.get(each.role)));
  const grants = [...found.values()].flatMap((each) => each.grants);
  const alone = self !== base && role?.owns === true;
  const lines = [
    `acts as ${actsAs}`,
    ...(role?.attributes ?? []).map((attribute) => `attribute ${attribute}`),
    ...(role?.settings ?? []).map((setting) => settingLine(ownRoleIn(setting, base))),
    ...roles.filter((name) => name !== base).map((name) => `member of ${name}`),
    ...[...direct.values()]
      .filter(({ role }) => role !== base)
      .map((each) => `member of ${each.role}${optionsOf(each)}`),
    ...(direct.get(base)?.admin ? [`may grant ${base}`] : []),
    ...grants.map(grantText),
    ...(alone ? [`owns objects that ${base} does not own`] : []),
  ];
  return [...new Set(lines)].sort();
}

function settingLine({ database, name, value }: Setting): string {
  const meaning = settingMeaning(name, value);
  const shown = mayHoldKey(name) ? fingerprint(meaning) : JSON.stringify(meaning);
  return `setting ${name} = ${shown}${database === '' ? '' : ` in database ${database}`}`;
}

/** For values that may hold keys and tokens: they are compared, never shown. */
export function fingerprint(value: string): string {
  return `#${createHash('sha256').update(value).digest('hex').slice(0, 8)}`;
}
