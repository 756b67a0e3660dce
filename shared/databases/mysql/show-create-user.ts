/** How the account of a session was made. Everybody may see that of one's own, unless its password expired. */
import type { Connection } from './connection.ts';

export async function showCreateUser(connection: Connection): Promise<string> {
  const [row] = await connection.query('SHOW CREATE USER CURRENT_USER()');
  return String(Object.values(row ?? {})[0]);
}

const QUOTED = /`(?:[^`]|``)*`|'(?:[^'\\]|''|\\.)*'/s.source;
const PLUGIN = new RegExp(`^CREATE USER (?:${QUOTED})@(?:${QUOTED}) IDENTIFIED (?:WITH '(\\w+)'|VIA (\\w+)|BY )`, 's');

/** What the account logs in with first. MariaDB does not name its usual one. */
export function loginPlugin(statement: string): string | undefined {
  const [found, onMysql, onMariadb] = PLUGIN.exec(statement) ?? [];
  return found === undefined ? undefined : (onMysql ?? onMariadb ?? 'mysql_native_password');
}
