/** Commands about users and roles. */
import type { Document } from 'mongodb';
import { mechanisms } from './scram.ts';
import type { RoleName, User } from './users.ts';
import { type Command, CommandError, demand, demandWritable, holds, type World, wireVersions } from './world.ts';

export const userCommands: Record<string, Command> = {
  usersinfo({ usersInfo: name, showAuthenticationRestrictions: shown, $db }, session, world) {
    demandKnown({ showAuthenticationRestrictions: shown }, 'usersInfo', world);
    const user = world.users.find(name, $db);
    if (user !== session.user || !world.looksAtItself) demand(session, world, 'viewUser', $db);
    if (user === undefined) return { users: [] };
    const known = wireVersions[world.version] >= 7 && { mechanisms: [...user.credentials.keys()] };
    const restrictions = shown && { authenticationRestrictions: user.restrictions };
    return {
      users: [{ _id: `${user.db}.${name}`, user: name, db: user.db, roles: user.roles, ...known, ...restrictions }],
    };
  },

  createuser(command, session, world) {
    const { createUser: name, roles, authenticationRestrictions, $db } = command;
    demandWritable(world);
    demandKnown({ authenticationRestrictions }, 'createUser', world);
    demand(session, world, 'createUser', $db);
    const named = rolesIn(roles, $db, world);
    for (const { db } of named) demand(session, world, 'grantRole', db);
    if (world.users.find(name, $db) !== undefined) {
      throw new CommandError(51003, 'Location51003', `User "${name}@${$db}" already exists`);
    }
    put(world, command, name, named);
    return {};
  },

  updateuser(command, session, world) {
    const { updateUser: name, pwd, roles, authenticationRestrictions, $db } = command;
    demandWritable(world);
    demandKnown({ authenticationRestrictions }, 'updateUser', world);
    const isSelf = session.user !== undefined && world.users.find(name, $db) === session.user;
    const mayItself = isSelf && (world.amazon || holds(session, world, 'changeOwnPassword', $db));
    if (pwd !== undefined && !mayItself) demand(session, world, 'changePassword', $db);
    const named = roles === undefined ? undefined : rolesIn(roles, $db, world);
    if (named !== undefined) demand(session, world, 'revokeRole', '');
    for (const { db } of named ?? []) demand(session, world, 'grantRole', db);
    existing(world, name, $db);
    put(world, command, name, named);
    return {};
  },

  dropuser({ dropUser: name, $db }, session, world) {
    demand(session, world, 'dropUser', $db);
    existing(world, name, $db);
    world.users.remove(name, $db);
    return {};
  },

  grantrolestouser({ grantRolesToUser: name, roles, $db }, session, world) {
    const named = rolesIn(roles, $db, world);
    for (const { db } of named) demand(session, world, 'grantRole', db);
    const user = existing(world, name, $db);
    user.roles = [...user.roles.filter((role) => !named.some((each) => same(each, role))), ...named];
    return {};
  },

  revokerolesfromuser({ revokeRolesFromUser: name, roles, $db }, session, world) {
    const named = rolesIn(roles, $db, world);
    for (const { db } of named) demand(session, world, 'revokeRole', db);
    const user = existing(world, name, $db);
    user.roles = user.roles.filter((role) => !named.some((each) => same(each, role)));
    return {};
  },

  createrole({ createRole: role, privileges, $db }, session, world) {
    demand(session, world, 'createRole', $db);
    if (world.users.hasRole({ role, db: $db })) {
      throw new CommandError(51002, 'Location51002', `Role "${role}@${$db}" already exists`);
    }
    world.users.defineRole({ role, db: $db }, privileges);
    return {};
  },
};

const same = (a: RoleName, b: RoleName) => a.role === b.role && a.db === b.db;

/** As DocumentDB puts it. */
function demandKnown(argument: Document, command: string, { restrictions }: World): void {
  for (const [name, value] of Object.entries(argument)) {
    if (value === undefined || restrictions) continue;
    throw new CommandError(2, 'BadValue', `"${name}" is not a valid argument to ${command}`);
  }
}

function existing(world: World, name: string, db: string): User {
  const user = world.users.find(name, db);
  if (user === undefined) throw new CommandError(11, 'UserNotFound', `User '${name}@${db}' not found`);
  return user;
}

/**
 * The rule for the primary user, kept for all: https://docs.aws.amazon.com/documentdb/latest/developerguide/db-cluster-parameters.html
 * No page has the code of the answer; BadValue is MongoDB's for a password that it does not take.
 */
const TAKEN = /^[ !#-.0-?A-~]{8,100}$/;

/** What createUser and updateUser both say of a user. */
function put(world: World, command: Document, name: string, roles: readonly RoleName[] | undefined): void {
  const { pwd: password, mechanisms: wanted, authenticationRestrictions: restrictions, $db } = command;
  if (password !== undefined && world.amazon && !TAKEN.test(password)) {
    throw new CommandError(2, 'BadValue', 'the password is not 8 to 100 printable ASCII characters without / " and @');
  }
  const chosen = Array.isArray(wanted) && mechanisms.filter((each) => wanted.includes(each));
  try {
    world.users.put(name, $db, {
      password,
      ...(roles && { roles }),
      ...(chosen && { mechanisms: chosen }),
      ...(restrictions && { restrictions }),
    });
  } catch {
    throw new CommandError(2, 'BadValue', 'Error preflighting normalization');
  }
}

function rolesIn(roles: readonly (string | RoleName)[], db: string, world: World): RoleName[] {
  const named = roles.map((role) => (typeof role === 'string' ? { role, db } : { role: role.role, db: role.db }));
  const unknown = named.find((role) => !world.users.hasRole(role));
  if (unknown !== undefined) {
    throw new CommandError(31, 'RoleNotFound', `Could not find role: ${unknown.role}@${unknown.db}`);
  }
  return named;
}
