/** The accounts of a user: one for each host part that it may come from. https://dev.mysql.com/doc/refman/8.4/en/account-names.html */
import type { Connection, Row } from './connection.ts';
import type { AccountName } from './quoting.ts';
import { identifier, literal } from './quoting.ts';
import { insistsOnClearText, USUAL_ROUNDS } from './verifier.ts';
import { isAtLeast } from './version.ts';

export interface Account extends AccountName {
  readonly plugin: string;
  /** What the server keeps of the passwords that open it: of two, where an older one works beside the newer one. */
  readonly stored: readonly Buffer[];
  /** `REQUIRE …`, what it must show of itself. */
  readonly requirement: string;
  /** By clause; 0 is no limit. */
  readonly limits: readonly Limit[];
  /** Everything of CREATE USER that follows the password but expiry and lock: requirement, limits, rules. Nothing is left to a default. */
  readonly options: string;
  /** Counted from the last change of the password, so it may lock out whoever is given it later. */
  readonly expiry: string;
  readonly lock: 'ACCOUNT LOCK' | 'ACCOUNT UNLOCK';
  /** Quoted, sorted. */
  readonly defaultRoles: readonly string[];
  /** What the server makes of new passwords: see verifier.ts. */
  readonly rounds?: number;
  readonly insists?: boolean;
  /** Does what was asked for beside the accounts hold? */
  readonly holds: boolean;
}

export type Limit = readonly [clause: string, most: number];

/** Of all these users, in one look, sorted by host. `condition` is asked in the same. Needs SELECT on the schema mysql. */
export async function readAccounts(
  connection: Connection,
  users: readonly string[],
  condition = 'FALSE',
): Promise<Account[]> {
  const read = connection.server.product === 'MariaDB' ? ofMariadb : ofMysql;
  const accounts = await read(connection, users, condition);
  return accounts.sort((a, b) => (a.host < b.host ? -1 : 1));
}

async function ofMysql(connection: Connection, users: readonly string[], condition: string): Promise<Account[]> {
  // Columns came one by one: https://dev.mysql.com/doc/relnotes/mysql/8.0/en/ (8.0.13, 8.0.14), FAILED_LOGIN_ATTEMPTS in 8.0.19,
  // caching_sha2_password_digest_rounds in 8.0.24.
  const [rule, attributes, locking, rounds] = ([13, 14, 19, 24] as const).map((patch) =>
    isAtLeast(connection.server, [8, 0, patch]),
  );
  const rows = await connection.query(
    `SELECT User AS user, Host AS host, plugin, ${condition} AS holds, ssl_type, CONVERT(ssl_cipher USING utf8mb4) AS cipher,
            CONVERT(x509_issuer USING utf8mb4) AS issuer, CONVERT(x509_subject USING utf8mb4) AS subject,
            max_questions, max_updates, max_connections, max_user_connections, account_locked, password_lifetime,
            Password_reuse_history AS history, Password_reuse_time AS reuse,
            ${rule ? 'Password_require_current' : 'NULL'} AS require_current,
            ${attributes ? "User_attributes->>'$.Password_locking.failed_login_attempts'" : 'NULL'} AS attempts,
            ${attributes ? "User_attributes->>'$.Password_locking.password_lock_time_days'" : 'NULL'} AS lock_days,
            ${rounds ? '@@GLOBAL.caching_sha2_password_digest_rounds' : USUAL_ROUNDS} AS rounds,
            HEX(authentication_string) AS first,
            ${attributes ? "HEX(User_attributes->>'$.additional_password')" : 'NULL'} AS second,
            (SELECT CAST(JSON_ARRAYAGG(JSON_ARRAY(CONVERT(DEFAULT_ROLE_USER USING utf8mb4), DEFAULT_ROLE_HOST)) AS CHAR)
               FROM mysql.default_roles AS given WHERE given.USER = account.User AND given.HOST = account.Host) AS roles
       FROM mysql.user AS account WHERE User IN (${users.map(() => '?')})`,
    users,
  );
  return rows.map((row) => ({
    user: String(row.user),
    host: String(row.host),
    plugin: String(row.plugin),
    holds: Number(row.holds) === 1,
    rounds: Number(row.rounds),
    stored: [row.first, row.second].filter((hex) => hex).map((hex) => Buffer.from(String(hex), 'hex')),
    ...restrictions(String(row.ssl_type), row, MYSQL_LIMITS, [
      `PASSWORD HISTORY ${row.history ?? 'DEFAULT'}`,
      `PASSWORD REUSE INTERVAL ${row.reuse == null ? 'DEFAULT' : `${row.reuse} DAY`}`,
      ...(rule ? [requireCurrent(row.require_current)] : []),
      ...(locking ? [locked(Number(row.attempts ?? 0), Number(row.lock_days ?? 0))] : []),
    ]),
    expiry: expiry(row.password_lifetime),
    lock: row.account_locked === 'Y' ? 'ACCOUNT LOCK' : 'ACCOUNT UNLOCK',
    defaultRoles: rolesIn(row.roles),
  }));
}

/** JSON of names and hosts; NULL where there are none. */
function rolesIn(json: unknown): string[] {
  const roles: [name: string, host: string][] = JSON.parse(String(json ?? '[]'));
  return roles.map(([name, host]) => `${identifier(name)}@${identifier(host)}`).sort();
}

async function ofMariadb(connection: Connection, users: readonly string[], condition: string): Promise<Account[]> {
  const rows = await connection.query(
    `SELECT User AS user, Host AS host, ${condition} AS holds, ${insistsOnClearText} AS insists,
            JSON_VALUE(Priv, '$.plugin') AS plugin, JSON_EXTRACT(Priv, '$.auth_or') AS others,
            JSON_VALUE(Priv, '$.authentication_string') AS stored,
            JSON_VALUE(Priv, '$.ssl_type') AS ssl_type, JSON_VALUE(Priv, '$.ssl_cipher') AS cipher,
            JSON_VALUE(Priv, '$.x509_issuer') AS issuer, JSON_VALUE(Priv, '$.x509_subject') AS subject,
            JSON_VALUE(Priv, '$.max_questions') AS max_questions, JSON_VALUE(Priv, '$.max_updates') AS max_updates,
            JSON_VALUE(Priv, '$.max_connections') AS max_connections,
            JSON_VALUE(Priv, '$.max_user_connections') AS max_user_connections,
            JSON_VALUE(Priv, '$.max_statement_time') AS max_statement_time,
            JSON_VALUE(Priv, '$.account_locked') AS account_locked,
            JSON_VALUE(Priv, '$.password_lifetime') AS password_lifetime, JSON_VALUE(Priv, '$.default_role') AS role
       FROM mysql.global_priv WHERE User IN (${users.map(() => '?')}) AND JSON_VALUE(Priv, '$.is_role') IS NULL`,
    users,
  );
  return rows.map((row) => ({
    user: String(row.user),
    holds: Number(row.holds) === 1,
    insists: Number(row.insists) === 1,
    host: String(row.host),
    // More than one way in, and only one of them could be carried over.
    plugin: row.others == null ? String(row.plugin || 'mysql_native_password') : 'more than one plugin',
    stored: row.others == null && row.stored ? [Buffer.from(String(row.stored))] : [],
    ...restrictions(MARIADB_TLS[Number(row.ssl_type ?? 0)] ?? '', row, MARIADB_LIMITS, []),
    expiry: expiry(Number(row.password_lifetime ?? -1) < 0 ? undefined : row.password_lifetime),
    lock: Number(row.account_locked ?? 0) === 1 ? 'ACCOUNT LOCK' : 'ACCOUNT UNLOCK',
    defaultRoles: row.role == null || row.role === '' ? [] : [identifier(String(row.role))],
  }));
}

const MYSQL_LIMITS: readonly (readonly [clause: string, column: string])[] = [
  ['MAX_QUERIES_PER_HOUR', 'max_questions'],
  ['MAX_UPDATES_PER_HOUR', 'max_updates'],
  ['MAX_CONNECTIONS_PER_HOUR', 'max_connections'],
  ['MAX_USER_CONNECTIONS', 'max_user_connections'],
];

const MARIADB_LIMITS: typeof MYSQL_LIMITS = [...MYSQL_LIMITS, ['MAX_STATEMENT_TIME', 'max_statement_time']];

/** `ssl_type` of mysql.user, by the numbers of mysql.global_priv. */
const MARIADB_TLS = ['', 'ANY', 'X509', 'SPECIFIED'];

/** From the tables, because SHOW CREATE USER does not quote what a subject has in it. */
function requirement(type: string, row: Row): string {
  if (type === 'ANY') return 'REQUIRE SSL';
  if (type === 'X509') return 'REQUIRE X509';
  if (type !== 'SPECIFIED') return 'REQUIRE NONE';
  const parts = [
    ['CIPHER', row.cipher],
    ['ISSUER', row.issuer],
    ['SUBJECT', row.subject],
  ].filter(([, value]) => value != null && value !== '');
  return `REQUIRE ${parts.map(([name, value]) => `${name} ${literal(String(value))}`).join(' AND ')}`;
}

function restrictions(
  tls: string,
  row: Row,
  names: typeof MYSQL_LIMITS,
  rules: readonly string[],
): Pick<Account, 'requirement' | 'limits' | 'options'> {
  const required = requirement(tls, row);
  const limits = names.map(([clause, column]): Limit => [clause, Number(row[column] ?? 0)]);
  const attempts = Number(row.attempts ?? 0);
  return {
    requirement: required,
    limits: [...limits, ['FAILED_LOGIN_ATTEMPTS', attempts]],
    options: [required, `WITH ${limits.map((limit) => limit.join(' ')).join(' ')}`, ...rules].join(' '),
  };
}

/** An absent lifetime is the server's default, 0 is for ever. */
function expiry(days: unknown): string {
  if (days === undefined || days === null) return 'PASSWORD EXPIRE DEFAULT';
  return `PASSWORD EXPIRE ${Number(days) === 0 ? 'NEVER' : `INTERVAL ${Number(days)} DAY`}`;
}

function requireCurrent(rule: unknown): string {
  return `PASSWORD REQUIRE CURRENT${rule == null ? ' DEFAULT' : rule === 'N' ? ' OPTIONAL' : ''}`;
}

function locked(attempts: number, days: number): string {
  return `FAILED_LOGIN_ATTEMPTS ${attempts} PASSWORD_LOCK_TIME ${days < 0 ? 'UNBOUNDED' : days}`;
}
