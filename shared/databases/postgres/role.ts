/** What the server knows of a role beside grants: attributes, settings, memberships. */
import pg from 'pg';
import { InvalidSecretError } from '../../rotation/errors.ts';
import type { Transaction } from './connection.ts';

export interface Role {
  readonly name: string;
  /** ALTER ROLE clauses, one of each pair: `CREATEDB` or `NOCREATEDB`, `CONNECTION LIMIT 5` … */
  readonly attributes: readonly string[];
  /** LOGIN, not expired, and not at a connection limit of zero. */
  readonly mayLogIn: boolean;
  /** Per-role settings; database '' is all of them, and `role` is not among those. */
  readonly settings: readonly Setting[];
  /** The role that it acts as from login on (`ALTER ROLE … SET role`), where no setting of a database says another. */
  readonly actsAs: string | undefined;
  /** Roles that it is a direct member of. */
  readonly memberOf: readonly Membership[];
}

export interface Membership {
  readonly role: string;
  readonly admin: boolean;
  /** As GRANT spells them, with a space in front, or empty: ` WITH ADMIN TRUE, INHERIT FALSE, SET TRUE` (before 16 only ADMIN OPTION). */
  readonly options: string;
}

export interface Setting {
  readonly database: string;
  readonly name: string;
  readonly value: string;
}

export async function readRole(transaction: Transaction, name: string): Promise<Role | undefined> {
  const [row] = await transaction.query(
    `SELECT oid, rolcanlogin, rolsuper, rolcreatedb, rolcreaterole, rolinherit, rolreplication, rolbypassrls,
            rolconnlimit, rolvaliduntil::text AS rolvaliduntil,
            rolcanlogin AND rolconnlimit <> 0 AND coalesce(rolvaliduntil > now(), true) AS may_log_in
       FROM pg_roles WHERE rolname = $1`,
    [name],
  );
  if (row === undefined) return undefined;
  const all = await settingsOf(transaction, name);
  const members = await transaction.query(
    // Since 16 a role may be granted by several; before, there is no inherit_option.
    `SELECT r.rolname, bool_or(m.admin_option) AS admin, bool_or((to_jsonb(m) ->> 'inherit_option')::boolean) AS inherit,
            bool_or((to_jsonb(m) ->> 'set_option')::boolean) AS set
       FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.roleid WHERE m.member = $1 GROUP BY 1 ORDER BY 1`,
    [row.oid],
  );
  return {
    name,
    attributes: attributesOf(row),
    mayLogIn: row.may_log_in === true,
    settings: all.filter((setting) => setting.name !== 'role' || setting.database !== ''),
    actsAs: all.find((setting) => setting.name === 'role' && setting.database === '' && setting.value !== 'none')
      ?.value,
    memberOf: members.map(membership),
  };
}

function membership({ rolname, admin, inherit, set }: Record<string, unknown>): Membership {
  const word = (on: unknown) => (on === true ? 'TRUE' : 'FALSE');
  const modern = ` WITH ADMIN ${word(admin)}, INHERIT ${word(inherit)}, SET ${word(set)}`;
  const options = inherit === null ? (admin === true ? ' WITH ADMIN OPTION' : '') : modern;
  return { role: String(rolname), admin: admin === true, options };
}

/** How many objects of the current database, and of what all databases share, belong to the role itself. */
export async function ownedObjects(transaction: Transaction, name: string): Promise<number> {
  const [row] = await transaction.query(
    `SELECT count(*)::int AS objects FROM pg_shdepend
      WHERE refclassid = 'pg_authid'::regclass AND refobjid = (SELECT oid FROM pg_roles WHERE rolname = $1) AND deptype = 'o'
        AND dbid IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))`,
    [name],
  );
  return Number(row?.objects);
}

function attributesOf(row: Record<string, unknown>): string[] {
  const flag = (on: unknown, name: string) => (on === true ? name : `NO${name}`);
  return [
    flag(row.rolcanlogin, 'LOGIN'),
    flag(row.rolsuper, 'SUPERUSER'),
    flag(row.rolcreatedb, 'CREATEDB'),
    flag(row.rolcreaterole, 'CREATEROLE'),
    flag(row.rolinherit, 'INHERIT'),
    flag(row.rolreplication, 'REPLICATION'),
    flag(row.rolbypassrls, 'BYPASSRLS'),
    `CONNECTION LIMIT ${Number(row.rolconnlimit)}`,
    `VALID UNTIL ${pg.escapeLiteral(row.rolvaliduntil === null ? 'infinity' : String(row.rolvaliduntil))}`,
  ];
}

async function settingsOf(transaction: Transaction, name: string): Promise<Setting[]> {
  const rows = await transaction.query(
    `SELECT coalesce(d.datname, '') AS database, split_part(c.entry, '=', 1) AS name,
            substr(c.entry, strpos(c.entry, '=') + 1) AS value
       FROM pg_db_role_setting s JOIN pg_roles r ON r.oid = s.setrole LEFT JOIN pg_database d ON d.oid = s.setdatabase,
            unnest(s.setconfig) AS c(entry)
      WHERE r.rolname = $1
      ORDER BY 1, 2`,
    [name],
  );
  return rows.map((row) => ({ database: String(row.database), name: String(row.name), value: String(row.value) }));
}

export function unknownUser(name: string, { username }: Transaction): InvalidSecretError {
  return new InvalidSecretError(`user ${name} does not exist where superuser ${username} looks for it`, {
    hint: 'check that the superuser secret is the one of this server; a login that a pooler maps to a role (app.tenant) is not the name of one',
  });
}
