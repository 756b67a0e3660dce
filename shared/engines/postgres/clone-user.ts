/**
 * Brings the other user of an alternating pair into line. The pair shares one owner: the clone is a member of the base role
 * and acts as it from login on, so whatever either of them makes belongs to the base role, and what the base role may do is
 * what both may do. The base role is the model; the clone is made equal to it, whichever of the two is in use.
 */
import pg from 'pg';
import { InvalidSecretError, PermissionError, TargetMismatchError } from '../../rotation/errors.ts';
import type { Connection, Transaction } from './connection.ts';
import { grantStatement, grantsTo, revokeStatement } from './grants.ts';
import { lend } from './lend.ts';
import type { Role, Setting } from './role.ts';
import { ownedObjects, readRole } from './role.ts';
import { lockUser } from './set-password.ts';
import { settingLiteral } from './setting.ts';
import type { Verifier } from './verifier.ts';
import { nextVerifier, verifierText } from './verifier.ts';

const quoted = pg.escapeIdentifier;

/**
 * `model` is what the server keeps of the password of `from`, as far as its login showed. Throws TargetMismatchError when the two
 * users are no pair, PermissionError when a grant is missing; then nothing changed.
 */
export async function cloneUser(
  connection: Connection,
  { from, to, base }: { from: string; to: string; base: string },
  { password, model: kept }: { password: string; model: Verifier | undefined },
): Promise<void> {
  await connection.transaction('READ WRITE', async (transaction) => {
    const verifier = await verifierText(await nextVerifier(transaction, kept), to, password);
    await lockUser(transaction, base);
    // Behind a lock that waits, everybody else waits too (REASSIGN OWNED locks tables).
    await transaction.query("SET LOCAL lock_timeout = '2s'");
    const model = await readRole(transaction, from);
    if (model === undefined) throw unknownUser(from, transaction);
    const existing = await readRole(transaction, to);
    const target = existing ?? fresh(to);
    const [owner, clone] = to === base ? [target, model] : [model, target];
    if (existing !== undefined) requirePair(owner, clone);

    if (existing === undefined) await transaction.query(`CREATE ROLE ${quoted(to)} ${model.attributes.join(' ')}`);
    await transaction.query(`ALTER ROLE ${quoted(to)} PASSWORD ${pg.escapeLiteral(verifier)}`);
    await lend(transaction, [owner.name, clone.name], async () => {
      const isNew = existing === undefined;
      // A base role that may not log in is no model for a clone that is in use.
      if (!isNew && (to !== base || owner.mayLogIn)) await alignAttributes(transaction, owner, clone);
      await (isNew ? alignSettings(transaction, model, target) : alignSettings(transaction, owner, clone));
      // A clone that AWS's template made acts as itself. While it is in use, nothing that it can use may be lost.
      if (to === base && (isNew || clone.actsAs === undefined)) await giveToOwner(transaction, owner, clone);
      else await takeFromClone(transaction, owner, clone);
      await shareOwner(transaction, owner, clone);
    });
  });
}

/** Another user may have the name that a clone would have. Nobody is given its password, or its rights, for that. */
function requirePair(owner: Role, clone: Role): void {
  if (clone.memberOf.some(({ role }) => role === owner.name)) return;
  throw new TargetMismatchError(`users ${owner.name} and ${clone.name} exist, and are no pair`, {
    hint: `if they are, GRANT ${quoted(owner.name)} TO ${quoted(clone.name)}; if not, one of them must have another name`,
  });
}

/** What CREATE ROLE gives by itself. */
function fresh(name: string): Role {
  return { name, attributes: [], mayLogIn: false, settings: [], actsAs: undefined, memberOf: [] };
}

/** Only attributes that differ are named: some of them need rights that an RDS superuser does not have. */
async function alignAttributes(transaction: Transaction, owner: Role, clone: Role): Promise<void> {
  const changes = owner.attributes.filter((attribute) => !clone.attributes.includes(attribute));
  if (changes.length > 0) await transaction.query(`ALTER ROLE ${quoted(clone.name)} ${changes.join(' ')}`);
}

async function shareOwner(transaction: Transaction, owner: Role, clone: Role): Promise<void> {
  const membership = clone.memberOf.find(({ role }) => role === owner.name);
  if (membership === undefined) await transaction.query(`GRANT ${quoted(owner.name)} TO ${quoted(clone.name)}`);
  if (membership?.admin) {
    await transaction.query(`REVOKE ADMIN OPTION FOR ${quoted(owner.name)} FROM ${quoted(clone.name)}`);
  }
  const actsAs = owner.actsAs ?? owner.name;
  if (clone.actsAs !== actsAs) {
    await transaction.query(`ALTER ROLE ${quoted(clone.name)} SET role = ${pg.escapeLiteral(actsAs)}`);
  }
  // Pairs that AWS's template made: what the clone created belongs to the clone, and the other user is kept out.
  if ((await ownedObjects(transaction, clone.name)) > 0) await reassign(transaction, owner.name, clone.name);
}

async function reassign(transaction: Transaction, base: string, clone: string): Promise<void> {
  const statement = `REASSIGN OWNED BY ${quoted(clone)} TO ${quoted(base)}`;
  try {
    await transaction.query(statement);
  } catch (error) {
    if (!(error instanceof PermissionError)) throw error;
    throw new PermissionError(
      `${clone} owns objects, and ${transaction.username} may not give them to ${base}: ${error.fact}`,
      {
        hint: `as a superuser of that database run ${statement}, then rotate again`,
        cause: error.cause,
      },
    );
  }
}

async function alignSettings(transaction: Transaction, owner: Role, clone: Role): Promise<void> {
  const same = (a: Setting) => (b: Setting) => a.database === b.database && a.name === b.name && a.value === b.value;
  for (const setting of clone.settings) {
    if (!owner.settings.some(same(setting))) await transaction.query(alterSetting(clone.name, setting, 'RESET'));
  }
  for (const setting of owner.settings) {
    if (clone.settings.some(same(setting))) continue;
    await transaction.query(
      `${alterSetting(clone.name, setting, 'SET')} TO ${settingLiteral(setting.name, setting.value)}`,
    );
  }
}

function alterSetting(to: string, setting: Setting, verb: 'SET' | 'RESET'): string {
  const where = setting.database === '' ? '' : ` IN DATABASE ${quoted(setting.database)}`;
  const name = setting.name.split('.').map(quoted).join('.');
  return `ALTER ROLE ${quoted(to)}${where} ${verb} ${name}`;
}

/** Memberships and grants that the clone has by its own name, and its owner has not. */
async function giveToOwner(transaction: Transaction, owner: Role, clone: Role): Promise<void> {
  const { memberships, grants } = await surplus(transaction, owner, clone);
  for (const { role, options } of memberships) {
    const has = owner.memberOf.some((membership) => membership.role === role);
    if (!has) await transaction.query(`GRANT ${quoted(role)} TO ${quoted(owner.name)}${options}`);
  }
  for (const grant of grants) await transaction.query(grantStatement(grant, owner.name));
}

/** While it acts as its owner, a clone cannot use what it has by its own name; it is not left lying about either. */
async function takeFromClone(transaction: Transaction, owner: Role, clone: Role): Promise<void> {
  const { memberships, grants } = await surplus(transaction, owner, clone);
  for (const { role } of memberships) await transaction.query(`REVOKE ${quoted(role)} FROM ${quoted(clone.name)}`);
  for (const grant of grants) await transaction.query(revokeStatement(grant));
}

async function surplus(transaction: Transaction, owner: Role, clone: Role) {
  const all = await grantsTo(transaction, [owner.name, clone.name]);
  const key = ({ prefix, right, grantable }: (typeof all)[number]) => `${prefix}${right}${grantable}`;
  const rightful = new Set(all.filter(({ grantee }) => grantee === owner.name).map(key));
  return {
    memberships: clone.memberOf.filter(({ role }) => role !== owner.name),
    grants: all.filter((grant) => grant.grantee === clone.name && !rightful.has(key(grant))),
  };
}

function unknownUser(name: string, { username }: Transaction): InvalidSecretError {
  return new InvalidSecretError(`user ${name} does not exist where superuser ${username} looks for it`, {
    hint: 'check that the superuser secret is the one of this server',
  });
}
