/** A user as Redshift's catalog and system views describe it. */
import pg from 'pg';
import { InvalidSecretError } from '../../rotation/errors.ts';
import type { Row } from '../postgres/connection.ts';
import { literal, type Question } from './question.ts';

export interface User {
  readonly createsDatabases: boolean;
  readonly isSuperuser: boolean;
  /** A timestamp as text; undefined when the password does not expire. */
  readonly validUntil: string | undefined;
  /** By the clock of the server. */
  readonly isExpired: boolean;
  /** Name of the setting → value, as ALTER USER … SET left it. */
  readonly settings: ReadonlyMap<string, string>;
  readonly groups: readonly string[];
  readonly roles: readonly Role[];
  readonly limits: Limits;
}

export interface Role {
  readonly name: string;
  readonly grantable: boolean;
}

/** Superusers see everybody's, others their own. */
export interface Limits {
  readonly connections: string;
  readonly syslog: string;
  readonly sessionTimeout: string;
}

/**
 * Answers with InvalidSecretError when there is a user of this name only if capitals do not count. The digest of a password is salted with the
 * name as Redshift stores it, so one that is made with another spelling opens nothing.
 */
export function spellingOf(name: string): Question<void> {
  return {
    texts: [`SELECT usename AS name FROM pg_user WHERE lower(usename) = lower(${literal(name)})`],
    answer(rows = []) {
      const names = rows.map((row) => String(row.name));
      if (names.length === 0 || names.includes(name)) return;
      throw new InvalidSecretError(`user ${name} does not exist in this spelling; Redshift has ${names.join(', ')}`, {
        hint: `write ${names.join(' or ')} into field username of the secret, as pg_user shows it`,
      });
    },
  };
}

/** Neither expired, nor at a connection limit of zero. */
export const mayLogIn = ({ isExpired, limits }: User): boolean => !isExpired && limits.connections !== '0';

/**
 * Undefined when there is no such user. Answers with InvalidSecretError for a user of an identity provider, who has no password. Limits come with
 * the roles: not from svl_user_info, which Serverless and Multi-AZ refuse to everybody, nor from pg_user_info, which has the first of the
 * three alone, and shows it to superusers only: https://docs.aws.amazon.com/redshift/latest/dg/r_SVV_USER_INFO.html
 */
export function userNamed(name: string): Question<User | undefined> {
  const user = literal(name);
  return {
    texts: [
      `SELECT usecreatedb, usesuper, CAST(CAST(valuntil AS timestamp) AS varchar) AS until, useconfig,
              CAST(valuntil AS timestamp) < CAST(now() AS timestamp) AS expired
         FROM pg_user WHERE usename = ${user}`,
      `SELECT g.groname AS name FROM pg_group g, pg_user u WHERE u.usesysid = ANY(g.grolist) AND u.usename = ${user}`,
      // One row for a user without roles.
      `SELECT i.connection_limit, i.syslog_access, i.session_timeout, i.external_user_id,
              g.role_name AS name, g.admin_option AS grantable
         FROM svv_user_info i LEFT JOIN svv_user_grants g ON g.user_name = i.user_name WHERE i.user_name = ${user}`,
    ],
    answer([row] = [], groups = [], infos = []) {
      if (row === undefined) return undefined;
      const roles = infos.filter((info) => typeof info.name === 'string');
      return {
        createsDatabases: row.usecreatedb === true,
        isSuperuser: row.usesuper === true,
        validUntil: row.until === null || row.until === 'infinity' ? undefined : String(row.until),
        isExpired: row.expired === true,
        settings: settingsIn(row.useconfig),
        groups: groups.map((group) => String(group.name)),
        roles: roles.map((role) => ({ name: String(role.name), grantable: role.grantable === true })),
        limits: limitsIn(name, infos[0]),
      };
    },
  };
}

function limitsIn(name: string, row: Row | undefined): Limits {
  if (String(row?.external_user_id ?? '').trim() !== '') throw ofProvider(name);
  const word = (value: unknown, absent: string) =>
    value === null || value === undefined || String(value).trim() === '' ? absent : String(value).trim().toUpperCase();
  return {
    connections: word(row?.connection_limit, 'UNLIMITED'),
    syslog: word(row?.syslog_access, 'RESTRICTED'),
    sessionTimeout: word(row?.session_timeout, '0'),
  };
}

function ofProvider(name: string): InvalidSecretError {
  return new InvalidSecretError(`user ${name} has an EXTERNALID: it logs in through an identity provider`, {
    hint: 'such a user has no password in Redshift and cannot be rotated: name a user without EXTERNALID in the secret',
  });
}

/** The server writes `{name=value,…}`; the driver reads that as a list. */
function settingsIn(config: unknown): Map<string, string> {
  const lines = Array.isArray(config) ? config.map(String) : [];
  return new Map(lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
}

/** `value` for SET. Lists of names are kept as lists; undefined when the value cannot be spelled for certain. */
export function settingLiteral(name: string, value: string): string | undefined {
  if (name === 'search_path') {
    const names = value.match(/"(?:[^"]|"")*"|[^\s,"]+/g) ?? [];
    const plain = names.map((each) => (each.startsWith('"') ? each.slice(1, -1).replaceAll('""', '"') : each));
    return plain.length === 0 ? undefined : plain.map((each) => pg.escapeIdentifier(each)).join(', ');
  }
  // A backslash in a literal escapes on Redshift, and does not on PostgreSQL.
  return value.includes('\\') ? undefined : `'${value.replaceAll("'", "''")}'`;
}
