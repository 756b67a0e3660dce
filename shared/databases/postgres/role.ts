/** What the server knows of a role: attributes, settings, memberships, grants, and whether it owns anything. */
import pg from 'pg';
import { HERE, ownRole } from './acts-as.ts';
import type { Row, Transaction } from './connection.ts';
import type { Grant } from './grants.ts';
import { grantsOf } from './grants.ts';

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
  /** By its own name. */
  readonly grants: readonly Grant[];
  /** Objects of the current database, or of what all databases share. */
  readonly owns: boolean;
}

export interface Membership {
  readonly role: string;
  readonly admin: boolean;
  /** Null before 16, where no membership has an option of that name. */
  readonly inherit: boolean | null;
  readonly set: boolean | null;
}

export interface Setting {
  readonly database: string;
  readonly name: string;
  readonly value: string;
}

/**
 * These roles, as far as they are there, by name; all in one statement. `server` has GRANTS_PARAMETERS. With `andOf`, a role that is there,
 * also those that it is a member of; a superuser counts as a member of none.
 */
export async function readRoles(
  transaction: Transaction,
  server: Row,
  names: readonly string[],
  andOf: string | null = null,
): Promise<Map<string, Role>> {
  const rows = await transaction.query(
    `WITH wanted AS (
       SELECT * FROM pg_roles
        WHERE rolname = ANY($1::text[])
           OR NOT (SELECT rolsuper FROM pg_roles WHERE rolname = $2) AND pg_has_role($2::name, oid, 'MEMBER'))
     SELECT r.rolname, rolcanlogin, rolsuper, rolcreatedb, rolcreaterole, rolinherit, rolreplication, rolbypassrls,
            rolconnlimit, rolvaliduntil::text AS rolvaliduntil,
            rolcanlogin AND rolconnlimit <> 0 AND coalesce(rolvaliduntil > now(), true) AS may_log_in,
            (${SETTINGS}) AS settings, (${MEMBERSHIPS}) AS memberships, grants, EXISTS (${OWNED}) AS owns
       FROM wanted r LEFT JOIN (${grantsOf('wanted', server.grants_parameters === true)}) g USING (oid)`,
    [names, andOf],
  );
  return new Map(rows.map((row) => [String(row.rolname), roleOf(row)]));
}

/** Its own, and the role that it acts as where it has none of its own: what a database, or the server, has for all that may. */
const SETTINGS = `
  SELECT json_agg(json_build_object('database', coalesce(d.datname, ''), 'name', split_part(c.entry, '=', 1),
                                    'value', substr(c.entry, strpos(c.entry, '=') + 1)))
    FROM pg_db_role_setting s LEFT JOIN pg_database d ON d.oid = s.setdatabase, unnest(s.setconfig) AS c(entry)
   WHERE s.setrole = r.oid
      OR s.setrole = 0 AND NOT EXISTS (${ownRole('r.oid', 's.setdatabase')})
         AND EXISTS (SELECT FROM pg_roles x WHERE c.entry = 'role=' || x.rolname)`;

/** Since 16 a role may be granted by several; before, there is no inherit_option. */
const MEMBERSHIPS = `
  SELECT json_agg(m) FROM (
    SELECT of.rolname AS role, bool_or(m.admin_option) AS admin, bool_or((to_jsonb(m) ->> 'inherit_option')::boolean) AS inherit,
           bool_or((to_jsonb(m) ->> 'set_option')::boolean) AS set
      FROM pg_auth_members m JOIN pg_roles of ON of.oid = m.roleid WHERE m.member = r.oid GROUP BY 1 ORDER BY 1) m`;

/** Default privileges and user mappings are for whom they name: REASSIGN OWNED leaves them, and who acts as another uses neither. */
const OWNED = `
  SELECT FROM pg_shdepend
   WHERE refclassid = 'pg_authid'::regclass AND refobjid = r.oid AND deptype = 'o' AND dbid IN (0, ${HERE})
     AND classid NOT IN ('pg_default_acl'::regclass, 'pg_user_mapping'::regclass)`;

function roleOf(row: Row): Role {
  const all = (row.settings ?? []) as Setting[];
  return {
    name: String(row.rolname),
    attributes: attributesOf(row),
    mayLogIn: row.may_log_in === true,
    settings: all.filter((setting) => setting.name !== 'role' || setting.database !== ''),
    actsAs: all.find((setting) => setting.name === 'role' && setting.database === '' && setting.value !== 'none')
      ?.value,
    memberOf: (row.memberships ?? []) as Membership[],
    grants: (row.grants ?? []) as Grant[],
    owns: row.owns === true,
  };
}

/** Of one role: what both give together. */
export function both(a: Membership, b: Membership | undefined): Membership {
  if (b === undefined) return a;
  return { role: a.role, admin: a.admin || b.admin, inherit: a.inherit || b.inherit, set: a.set || b.set };
}

/** As GRANT spells them, with a space in front, or empty: ` WITH ADMIN TRUE, INHERIT FALSE, SET TRUE` (before 16 only ADMIN OPTION). */
export function optionsOf({ admin, inherit, set }: Membership): string {
  const word = (on: boolean | null) => (on === true ? 'TRUE' : 'FALSE');
  if (inherit !== null) return ` WITH ADMIN ${word(admin)}, INHERIT ${word(inherit)}, SET ${word(set)}`;
  return admin ? ' WITH ADMIN OPTION' : '';
}

/** For whoever looks for a user that is not there. */
export const NO_SUCH_ROLE =
  'check that the superuser secret is the one of this server; a login that a pooler maps to a role (app.tenant) is not the name of one';

function attributesOf(row: Row): string[] {
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
