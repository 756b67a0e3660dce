/**
 * What makes the clone of a pair equal to its owner, the base role: attributes, settings, who owns what, and what is granted by name.
 * Only what differs is changed.
 */
import pg from 'pg';
import { PermissionError } from '../../rotation/errors.ts';
import type { Transaction } from './connection.ts';
import { grantStatement, grantsTo, revokeStatement } from './grants.ts';
import type { Membership, Role, Setting } from './role.ts';
import { ownedObjects } from './role.ts';
import { settingLiteral, settingMeaning } from './setting.ts';

const quoted = pg.escapeIdentifier;

/** What ties a pair: the clone is a member of its owner. Only who administers the owner can make it one. */
export function membershipIn(owner: Role, clone: Role): Membership | undefined {
  return clone.memberOf.find(({ role }) => role === owner.name);
}

export async function tie(transaction: Transaction, owner: Role, clone: Role): Promise<void> {
  if (membershipIn(owner, clone) !== undefined) return;
  await transaction.query(`GRANT ${quoted(owner.name)} TO ${quoted(clone.name)}`);
}

/** Only attributes that differ are named: some of them need rights that an RDS superuser does not have. */
export async function alignAttributes(transaction: Transaction, owner: Role, clone: Role): Promise<void> {
  const changes = owner.attributes.filter((attribute) => !clone.attributes.includes(attribute));
  if (changes.length > 0) await transaction.query(`ALTER ROLE ${quoted(clone.name)} ${changes.join(' ')}`);
}

export async function alignSettings(transaction: Transaction, owner: Role, clone: Role): Promise<void> {
  const same = (a: Setting) => (b: Setting) =>
    a.database === b.database &&
    a.name === b.name &&
    settingMeaning(a.name, a.value) === settingMeaning(b.name, b.value);
  const wanted = owner.settings.map((setting) => ownRoleIn(setting, owner.name));
  for (const setting of clone.settings) {
    if (!wanted.some(same(setting))) await transaction.query(alterSetting(clone.name, setting, 'RESET'));
  }
  for (const setting of wanted) {
    if (clone.settings.some(same(setting))) continue;
    await transaction.query(
      `${alterSetting(clone.name, setting, 'SET')} TO ${settingLiteral(setting.name, setting.value)}`,
    );
  }
}

/** Where the owner acts as nobody else, the clone acts as the owner. */
export function ownRoleIn(setting: Setting, owner: string): Setting {
  return setting.name === 'role' && setting.value === 'none' ? { ...setting, value: owner } : setting;
}

function alterSetting(to: string, setting: Setting, verb: 'SET' | 'RESET'): string {
  const where = setting.database === '' ? '' : ` IN DATABASE ${quoted(setting.database)}`;
  const name = setting.name.split('.').map(quoted).join('.');
  return `ALTER ROLE ${quoted(to)}${where} ${verb} ${name}`;
}

export async function shareOwner(transaction: Transaction, owner: Role, clone: Role): Promise<void> {
  await tie(transaction, owner, clone);
  if (membershipIn(owner, clone)?.admin) {
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

/** Memberships and grants that the clone has by its own name, and its owner has not. */
export async function giveToOwner(transaction: Transaction, owner: Role, clone: Role): Promise<void> {
  const { memberships, grants } = await surplus(transaction, owner, clone);
  for (const { role, options } of memberships) {
    const has = owner.memberOf.some((membership) => membership.role === role);
    if (!has) await transaction.query(`GRANT ${quoted(role)} TO ${quoted(owner.name)}${options}`);
  }
  for (const grant of grants) await transaction.query(grantStatement(grant, owner.name));
}

/** While it acts as its owner, a clone cannot use what it has by its own name; it is not left lying about either. */
export async function takeFromClone(transaction: Transaction, owner: Role, clone: Role): Promise<void> {
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
