/**
 * What makes the clone of a pair equal to its owner, the base role: attributes, settings, who owns what, and what is granted by name.
 * Statements for what differs, and none where nothing does.
 */
import pg from 'pg';
import { PermissionError } from '../../rotation/errors.ts';
import type { Pair } from '../pair.ts';
import type { Transaction } from './connection.ts';
import { grantStatement, grantText, revokeStatement } from './grants.ts';
import type { Membership, Role, Setting } from './role.ts';
import { both, optionsOf } from './role.ts';
import { mayHoldKey, settingLiteral, settingMeaning, spelled } from './setting.ts';

const quoted = pg.escapeIdentifier;

/** What ties a pair: the clone is a member of its owner. Only who administers the owner can make it one. */
export function membershipIn(owner: Role, clone: Role): Membership | undefined {
  return clone.memberOf.find(({ role }) => role === owner.name);
}

export function tie(owner: Role, clone: Role): string[] {
  return membershipIn(owner, clone) === undefined ? [`GRANT ${quoted(owner.name)} TO ${quoted(clone.name)}`] : [];
}

/** Only attributes that differ are named: some of them need rights that an RDS superuser does not have. */
export function alignAttributes(owner: Role, clone: Role): string[] {
  const changes = owner.attributes.filter((attribute) => !clone.attributes.includes(attribute));
  return changes.length > 0 ? [`ALTER ROLE ${quoted(clone.name)} ${changes.join(' ')}`] : [];
}

/**
 * A server writes all of a message into its log when one statement of it fails, or all of it takes long. What may hold a key is sent in one
 * of its own.
 */
export type Statement = string | { readonly alone: string };

export function alignSettings(owner: Role, clone: Role): Statement[] {
  const { surplus, missing } = settingsApart(owner, clone);
  return [
    ...surplus.map((setting) => alterSetting(clone.name, setting, 'RESET')),
    ...missing.map((setting) => {
      const { name, value } = setting;
      const statement = `${alterSetting(clone.name, setting, 'SET')} TO ${settingLiteral(name, value)}`;
      return mayHoldKey(name) ? { alone: statement } : statement;
    }),
  ];
}

export function settingsApart(owner: Role, clone: Role) {
  const same = (a: Setting) => (b: Setting) =>
    a.database === b.database &&
    a.name === b.name &&
    settingMeaning(a.name, a.value) === settingMeaning(b.name, b.value);
  const wanted = owner.settings.map((setting) => ownRoleIn(setting, owner.name));
  return {
    surplus: clone.settings.filter((setting) => !wanted.some(same(setting))),
    missing: wanted.filter((setting) => !clone.settings.some(same(setting))),
  };
}

/** Where the owner acts as nobody else, the clone acts as the owner. */
export function ownRoleIn(setting: Setting, owner: string): Setting {
  return setting.name === 'role' && setting.value === 'none' ? { ...setting, value: owner } : setting;
}

function alterSetting(to: string, setting: Setting, verb: 'SET' | 'RESET'): string {
  const where = setting.database === '' ? '' : ` IN DATABASE ${quoted(setting.database)}`;
  return `ALTER ROLE ${quoted(to)}${where} ${verb} ${spelled(setting.name)}`;
}

export function shareOwner(owner: Role, clone: Role): string[] {
  const actsAs = owner.actsAs ?? owner.name;
  return [
    ...tie(owner, clone),
    ...(membershipIn(owner, clone)?.admin
      ? [`REVOKE ADMIN OPTION FOR ${quoted(owner.name)} FROM ${quoted(clone.name)}`]
      : []),
    ...(clone.actsAs === actsAs ? [] : [`ALTER ROLE ${quoted(clone.name)} SET role = ${pg.escapeLiteral(actsAs)}`]),
  ];
}

/** Of pairs that AWS's template made: what the clone created belongs to the clone, and the other user is kept out. */
export async function reassign(transaction: Transaction, base: string, clone: string): Promise<void> {
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

/** What the clone has by its own name. One that AWS's template made acts as itself: while it is in use, nothing that it can use may be lost. */
export function alignOwn({ base, clone, cloneInUse }: Pair<Role>): string[] {
  return cloneInUse && clone.actsAs === undefined ? giveToOwner(base, clone) : takeFromClone(base, clone);
}

/** Memberships and grants that the clone has by its own name, and its owner has not. */
export function giveToOwner(owner: Role, clone: Role): string[] {
  const { memberships, grants } = surplus(owner, clone);
  const given = memberships.flatMap((its) => {
    const has = owner.memberOf.find(({ role }) => role === its.role);
    const options = optionsOf(both(its, has));
    return has && optionsOf(has) === options ? [] : [`GRANT ${quoted(its.role)} TO ${quoted(owner.name)}${options}`];
  });
  return [...given, ...grants.map((grant) => grantStatement(grant, owner.name))];
}

/** While it acts as its owner, a clone cannot use what it has by its own name; it is not left lying about either. */
function takeFromClone(owner: Role, clone: Role): string[] {
  const { memberships, grants } = surplus(owner, clone);
  return [
    ...memberships.map(({ role }) => `REVOKE ${quoted(role)} FROM ${quoted(clone.name)}`),
    ...grants.map(revokeStatement),
  ];
}

function surplus(owner: Role, clone: Role) {
  const rightful = new Set(owner.grants.map(grantText));
  return {
    memberships: clone.memberOf.filter(({ role }) => role !== owner.name),
    grants: clone.grants.filter((grant) => !rightful.has(grantText(grant))),
  };
}
