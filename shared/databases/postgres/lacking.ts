/** What a superuser lacks for a pair, as the statements that a person runs. */
import pg from 'pg';
import { advised } from '../../rotation/errors.ts';
import type { PairNames } from '../pair.ts';
import { cloneOf } from '../pair.ts';
import { AS_LOGIN } from './acts-as.ts';
import { alignAttributes, alignOwn, settingsApart } from './align.ts';
import type { Connection, Row, Transaction } from './connection.ts';
import { GRANTS_PARAMETERS } from './grants.ts';
import { readRoles } from './role.ts';
import { spelled } from './setting.ts';

const quoted = pg.escapeIdentifier;

/** Since PostgreSQL 16 CREATEROLE is not enough to change a role, and no real superuser is needed for some attributes. */
const MODERN = "current_setting('server_version_num')::int >= 160000 AS modern";

/** Without it nobody but a real superuser makes a role, or changes one. */
const CREATES =
  'EXISTS (SELECT 1 FROM pg_roles WHERE rolname = current_user AND (rolcreaterole OR rolsuper)) AS creates';

/** `error`: a right lacks, and the server names one thing of several, and by no code. Only now it is asked which. */
export function tellingWhatLacks(error: unknown, connection: Connection, names: PairNames): Promise<unknown> {
  return telling(error, connection, (transaction, server) => lackedBy(transaction, server, names));
}

/** The same, where the password of one role is to be changed. */
export function tellingWhatLacksFor(error: unknown, connection: Connection, username: string): Promise<unknown> {
  return telling(error, connection, async (transaction, server) => toChange(transaction, server, [username]));
}

async function telling(
  error: unknown,
  connection: Connection,
  ask: (transaction: Transaction, server: Row) => Promise<string[]>,
): Promise<unknown> {
  const first = `${AS_LOGIN}; SELECT current_user AS name, ${MODERN}, ${CREATES}, ${GRANTS_PARAMETERS}`;
  const statements = await connection.transaction('READ ONLY', ask, first).catch(() => []);
  if (statements.length === 0) return error;
  return advised(error, `as a superuser of that database run ${statements.join('; ')}, then rotate again`);
}

async function lackedBy(transaction: Transaction, server: Row, names: PairNames): Promise<string[]> {
  const roles = await readRoles(transaction, server, [names.from, names.to]);
  const [base, clone] = [roles.get(names.base), roles.get(cloneOf(names))];
  const pair = base && clone && { base, clone, cloneInUse: names.to === names.base };
  const { surplus, missing } = pair
    ? settingsApart(pair.base, pair.clone)
    : { surplus: [], missing: base?.settings ?? clone?.settings ?? [] };
  const settings = [...surplus, ...missing].map(({ name }) => name);
  const to = quoted(String(server.name));
  const modern = server.modern === true;
  const toSet = server.grants_parameters === true ? await notToBeSet(transaction, settings) : [];
  const lacked = [
    ...(await toChange(transaction, server, [...roles.keys()])),
    ...toSet.map((name) => `GRANT SET ON PARAMETER ${spelled(name)} TO ${to}`),
  ];
  if (lacked.length > 0 || !pair) return lacked;
  // What it was to do itself: an attribute, a group, or a right that it has not to give, or to take.
  return [...(modern ? alignAttributes(pair.base, pair.clone) : []), ...alignOwn(pair)];
}

/** What it takes to change these roles, and to make one. */
async function toChange(transaction: Transaction, server: Row, roles: readonly string[]): Promise<string[]> {
  const to = quoted(String(server.name));
  const toAdminister = server.modern === true ? await notAdministered(transaction, roles) : [];
  return [
    ...(server.creates === true ? [] : [`ALTER ROLE ${to} CREATEROLE`]),
    ...toAdminister.map((name) => `GRANT ${quoted(name)} TO ${to} WITH ADMIN OPTION`),
  ];
}

async function notAdministered(transaction: Transaction, roles: readonly string[]): Promise<string[]> {
  const rows = await transaction.query(
    `SELECT rolname FROM pg_roles WHERE rolname = ANY($1)
        AND NOT pg_has_role(current_user, oid, 'MEMBER WITH ADMIN OPTION') ORDER BY 1`,
    [roles],
  );
  return rows.map(({ rolname }) => String(rolname));
}

/** Of those that not everybody may set: what applications made up among them. */
async function notToBeSet(transaction: Transaction, settings: readonly string[]): Promise<string[]> {
  const rows = await transaction.query(
    `SELECT DISTINCT name FROM unnest($1::text[]) AS wanted(name) LEFT JOIN pg_settings USING (name)
      WHERE coalesce(context LIKE 'superuser%', true) AND NOT has_parameter_privilege(current_user, name, 'SET')`,
    [settings],
  );
  return rows.map(({ name }) => String(name));
}
