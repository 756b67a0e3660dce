/** What the login of a session may do, as lines that two users of a pair can be compared by. Any user may ask this of itself. */
import type { Connection } from './connection.ts';
import { isOnObject, ownAccount, parseGrant, rightText, showGrants } from './grants.ts';
import { identifier } from './quoting.ts';
import { accountIn, loginPlugin, showCreateUser } from './show-create-user.ts';

export async function privileges(connection: Connection): Promise<string[]> {
  const created = await showCreateUser(connection);
  const own = accountIn(created) ?? (await ownAccount(connection));
  const grants = await showGrants(connection, own);
  const lines = [
    `account at host ${own.host}`,
    `account logs in with ${loginPlugin(created)}`,
    ...optionsOf(created).map((option) => `account ${option}`),
    ...(await rolesOf(connection, grants)).map((role) => `acts in role ${role}`),
    ...grants.flatMap((line) => parseGrant(line, own)).map(rightText),
  ];
  return [...new Set(lines)].sort();
}

/**
 * The clauses of CREATE USER after the password, apart from what people write about the account. A limit of zero is none, and is
 * told or not, as the account was made. The age at which a password expires reaches each account with its next password only.
 */
function optionsOf(statement: string): string[] {
  const start = statement.search(/ (?:REQUIRE|WITH MAX_|PASSWORD EXPIRE|ACCOUNT) /);
  if (start < 0) return [];
  const options = statement
    .slice(start)
    .replace(/ (?:ATTRIBUTE|COMMENT) '.*$/s, '')
    .replace(' WITH MAX_', ' MAX_');
  return options
    .split(/(?<! PASSWORD)(?= REQUIRE )|(?= (?:MAX_|PASSWORD |PASSWORD_LOCK|ACCOUNT |FAILED_LOGIN))/)
    .map((option) => option.trim())
    .filter((option) => !/^[A-Z_]+ 0(?:\.0+)?$|^PASSWORD EXPIRE\b/.test(option));
}

/** Nobody acts in a role that was not given: to the account, to all (`mandatory_roles`, PUBLIC), or to a role of it. */
async function rolesOf(connection: Connection, grants: readonly string[]): Promise<string[]> {
  if (grants.every(isOnObject)) return [];
  const { roles } = await ownAccount(connection);
  return rolesIn(roles);
}

function rolesIn(text: string): string[] {
  return text === 'NONE' || text === 'NULL'
    ? []
    : (text.match(/`(?:[^`]|``)*`(?:@`(?:[^`]|``)*`)?|[^,]+/g) ?? []).map(quoted);
}

/** MySQL quotes roles here, MariaDB does not. */
function quoted(role: string): string {
  return role.startsWith('`') ? role : identifier(role);
}
