/**
 * Brings the other user of an alternating pair into line. The pair shares one owner: the clone is a member of the base role
 * and acts as it from login on, so whatever either of them makes belongs to the base role, and grants are made to it.
 */
import pg from 'pg';
import { InvalidSecretError, PermissionError } from '../../rotation/errors.ts';
import type { Connection } from './connection.ts';
import { grantStatement, grantsTo, revokeStatement } from './grants.ts';
import type { Role, Setting } from './role.ts';
import { readRole } from './role.ts';
import { lockUser, verifierFor } from './set-password.ts';

const quoted = pg.escapeIdentifier;

/** `from` is in use and stays as it is; `base` is the one of the two that owns. Throws PermissionError when a grant is missing. */
export async function cloneUser(
  connection: Connection,
  { from, to, base }: { from: string; to: string; base: string },
  password: string,
): Promise<void> {
  const clone = base === to ? from : to;
  const verifier = await verifierFor(connection, to, password);
  await connection.transaction(async () => {
    await lockUser(connection, base);
    const model = await readRole(connection, from);
    if (model === undefined) throw unknownUser(from, connection);
    const existing = await readRole(connection, to);
    const target = existing ?? fresh(to);
    await createOrUpdate(connection, existing === undefined ? 'CREATE' : 'ALTER', model, target, verifier);
    await withRightsOf(connection, [base, clone], async () => {
      await (base === to ? shareOwner(connection, target, model) : shareOwner(connection, model, target));
      await alignSettings(connection, model, target);
      await alignMemberships(connection, model, target, base);
      await alignGrants(connection, { from, to, base });
    });
  });
}

/** Only attributes that differ are named: some of them need rights that an RDS superuser does not have. */
async function createOrUpdate(
  connection: Connection,
  verb: 'CREATE' | 'ALTER',
  model: Role,
  target: Role,
  verifier: string,
): Promise<void> {
  const changes = model.attributes.filter((attribute) => !target.attributes.includes(attribute));
  const clauses = [...changes, `PASSWORD ${pg.escapeLiteral(verifier)}`].join(' ');
  await connection.query(`${verb} ROLE ${quoted(target.name)} ${clauses}`);
}

/** What CREATE ROLE gives by itself. */
function fresh(name: string): Role {
  const flags = ['NOLOGIN', 'NOSUPERUSER', 'NOCREATEDB', 'NOCREATEROLE', 'INHERIT', 'NOREPLICATION', 'NOBYPASSRLS'];
  const attributes = [...flags, 'CONNECTION LIMIT -1', "VALID UNTIL 'infinity'"];
  return { name, attributes, settings: [], actsAs: undefined, memberOf: [] };
}

/**
 * Since PostgreSQL 16 a CREATEROLE superuser, like that of RDS, administers roles without having their rights; it may lend
 * them to itself. https://www.postgresql.org/docs/16/role-attributes.html
 */
async function withRightsOf(
  connection: Connection,
  roles: readonly string[],
  work: () => Promise<void>,
): Promise<void> {
  const lent: string[] = [];
  for (const role of roles) {
    const [row] = await connection.query("SELECT pg_has_role(current_user, $1, 'USAGE') AS yes", [role]);
    if (row?.yes === true) continue;
    await connection.query(`GRANT ${quoted(role)} TO CURRENT_USER`);
    lent.push(role);
  }
  await work();
  for (const role of lent) await connection.query(`REVOKE ${quoted(role)} FROM CURRENT_USER`);
}

async function shareOwner(connection: Connection, owner: Role, member: Role): Promise<void> {
  const [base, clone] = [owner.name, member.name];
  if (!member.memberOf.includes(base)) await connection.query(`GRANT ${quoted(base)} TO ${quoted(clone)}`);
  const actsAs = owner.actsAs ?? base;
  if (member.actsAs !== actsAs) {
    await connection.query(`ALTER ROLE ${quoted(clone)} SET role = ${pg.escapeLiteral(actsAs)}`);
  }
  // Pairs that AWS's template made: what the clone created belongs to the clone, and the other user is kept out.
  const [owned] = await connection.query(
    `SELECT count(*)::int AS objects FROM pg_shdepend
      WHERE refclassid = 'pg_authid'::regclass AND refobjid = (SELECT oid FROM pg_roles WHERE rolname = $1) AND deptype = 'o'
        AND dbid IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))`,
    [clone],
  );
  if (owned?.objects !== 0) await reassign(connection, base, clone);
}

async function reassign(connection: Connection, base: string, clone: string): Promise<void> {
  const statement = `REASSIGN OWNED BY ${quoted(clone)} TO ${quoted(base)}`;
  try {
    await connection.query(statement);
  } catch (error) {
    if (!(error instanceof PermissionError)) throw error;
    throw new PermissionError(
      `${clone} owns objects, and ${connection.username} may not give them to ${base}: ${error.fact}`,
      {
        hint: `as a superuser of that database run ${statement}, then rotate again`,
        cause: error.cause,
      },
    );
  }
}

async function alignSettings(connection: Connection, model: Role, target: Role): Promise<void> {
  const same = (a: Setting) => (b: Setting) => a.database === b.database && a.name === b.name && a.value === b.value;
  for (const setting of target.settings) {
    if (!model.settings.some(same(setting))) await connection.query(alterSetting(target.name, setting, 'RESET'));
  }
  for (const setting of model.settings) {
    if (!target.settings.some(same(setting))) await copySetting(connection, target.name, setting);
  }
}

/**
 * FROM CURRENT, because a list such as search_path is stored quoted and would be quoted once more as a literal. The
 * session's own value is put back at once.
 */
async function copySetting(connection: Connection, to: string, setting: Setting): Promise<void> {
  const [before] = await connection.query('SELECT current_setting($1, true) AS value', [setting.name]);
  await connection.query('SELECT set_config($1, $2, true)', [setting.name, setting.value]);
  await connection.query(alterSetting(to, setting, 'SET', ' FROM CURRENT'));
  await connection.query('SELECT set_config($1, $2, true)', [setting.name, before?.value ?? '']);
}

function alterSetting(to: string, setting: Setting, verb: 'SET' | 'RESET', tail = ''): string {
  const where = setting.database === '' ? '' : ` IN DATABASE ${quoted(setting.database)}`;
  const name = setting.name.split('.').map(quoted).join('.');
  return `ALTER ROLE ${quoted(to)}${where} ${verb} ${name}${tail}`;
}

/** The clone has the memberships of its base through it, so only what goes beyond them is looked at. */
async function alignMemberships(connection: Connection, model: Role, target: Role, base: string): Promise<void> {
  const { name: to, memberOf: has } = target;
  if (to === base) {
    const missing = model.memberOf.filter((role) => role !== base && !has.includes(role));
    for (const role of missing) await connection.query(`GRANT ${quoted(role)} TO ${quoted(to)}`);
  } else {
    const surplus = has.filter((role) => role !== base && !model.memberOf.includes(role));
    for (const role of surplus) await connection.query(`REVOKE ${quoted(role)} FROM ${quoted(to)}`);
  }
}

/** Grants made to the clone by name: given to the base too while the clone is in use, taken away when it is not. */
async function alignGrants(
  connection: Connection,
  { from, to, base }: { from: string; to: string; base: string },
): Promise<void> {
  const grants = await grantsTo(connection, [from, to]);
  const key = (grant: { prefix: string; right: string; grantable: boolean }) =>
    `${grant.prefix}${grant.right}${grant.grantable}`;
  const has = (role: string) => new Set(grants.filter((grant) => grant.grantee === role).map(key));
  if (to === base) {
    const already = has(base);
    for (const grant of grants) {
      if (grant.grantee === from && !already.has(key(grant))) await connection.query(grantStatement(grant, to));
    }
  } else {
    const rightful = has(base);
    for (const grant of grants) {
      if (grant.grantee === to && !rightful.has(key(grant))) await connection.query(revokeStatement(grant));
    }
  }
}

function unknownUser(name: string, connection: Connection): InvalidSecretError {
  return new InvalidSecretError(`user ${name} does not exist where superuser ${connection.username} looks for it`, {
    hint: 'check that the superuser secret is the one of this server',
  });
}
