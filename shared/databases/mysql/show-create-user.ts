/** How the account of a session was made. Everybody may see that of one's own, unless its password expired. */
import type { Connection } from './connection.ts';
import type { AccountName } from './quoting.ts';

export async function showCreateUser(connection: Connection): Promise<string> {
  const [row] = await connection.query('SHOW CREATE USER CURRENT_USER()');
  return String(Object.values(row ?? {})[0]);
}

const QUOTED = /`(?:[^`]|``)*`|'(?:[^'\\]|''|\\.)*'/s.source;
const PLUGIN = new RegExp(`^CREATE USER (?:${QUOTED})@(?:${QUOTED}) IDENTIFIED (?:WITH '(\\w+)'|VIA (\\w+)|BY )`, 's');

const NAME = /`(?:[^`]|``)*`|'(?:[^'\\]|'')*'/s.source;
const ACCOUNT = new RegExp(`^CREATE USER (${NAME})@(${NAME}) `, 's');

/** Undefined where a name has backslashes between single quotes, as servers wrote it once: what they mean there is not certain. */
export function accountIn(statement: string): AccountName | undefined {
  const [, user, host] = ACCOUNT.exec(statement) ?? [];
  return user === undefined || host === undefined ? undefined : { user: plain(user), host: plain(host) };
}

function plain(quoted: string): string {
  const mark = quoted.charAt(0);
  return quoted.slice(1, -1).replaceAll(mark + mark, mark);
}

/** What the account logs in with first. MariaDB does not name its usual one. */
export function loginPlugin(statement: string): string | undefined {
  const [found, onMysql, onMariadb] = PLUGIN.exec(statement) ?? [];
  return found === undefined ? undefined : (onMysql ?? onMariadb ?? 'mysql_native_password');
}
