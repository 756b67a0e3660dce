/** What the stand-in answers. The codes are MongoDB's. */
import type { Document } from 'mongodb';
import { type Exchange, type Mechanism, mechanisms, startExchange } from './scram.ts';
import type { RoleName, User, Users } from './users.ts';

export interface Session {
  user?: User | undefined;
  appName?: string;
  exchange?: Exchange | undefined;
}

export interface World {
  readonly users: Users;
  /** Documents by database and collection: `shop.orders`. */
  readonly collections: Map<string, Document[]>;
  /** The API that the stand-in says it has: 5.0. */
  readonly version: string;
  readonly maxWireVersion: number;
  readonly isWritable: boolean;
  /** Does it know authenticationRestrictions? They are kept and shown, not obeyed. */
  readonly hasRestrictions: boolean;
  /** By the name that the client gives itself. */
  readonly openedLogins: Map<string, number>;
  refusedLogins: number;
}

export class CommandError extends Error {
  readonly code: number;
  readonly codeName: string;

  constructor(code: number, codeName: string, message: string) {
    super(message);
    this.code = code;
    this.codeName = codeName;
  }
}

type Command = (command: Document, session: Session, world: World) => Document;

export function run(command: Document, session: Session, world: World): Document {
  const [name = ''] = Object.keys(command);
  const known = commands[name.toLowerCase()];
  if (known === undefined) throw new CommandError(59, 'CommandNotFound', `no such command: '${name}'`);
  return known(command, session, world);
}

const hello: Command = (command, session, world) => {
  session.appName ??= command.client?.application?.name;
  const [db = '', ...name] = String(command.saslSupportedMechs ?? '').split('.');
  const asked = world.users.find(name.join('.'), db);
  return {
    ismaster: world.isWritable,
    isWritablePrimary: world.isWritable,
    secondary: !world.isWritable,
    setName: 'rs0',
    maxBsonObjectSize: 16_777_216,
    maxMessageSizeBytes: 48_000_000,
    maxWriteBatchSize: 100_000,
    minWireVersion: 0,
    maxWireVersion: world.maxWireVersion,
    // Mechanisms are negotiated from 4.0 on.
    ...(world.maxWireVersion >= 7 && asked !== undefined && { saslSupportedMechs: [...asked.credentials.keys()] }),
  };
};

const commands: Record<string, Command> = {
  hello,
  ismaster: hello,
  ping: () => ({}),
  endsessions: () => ({}),
  buildinfo: (_command, _session, { version }) => ({ version: `${version}.0` }),

  saslstart({ mechanism, payload, $db }, session, world) {
    const asked = mechanisms.find((each) => each === mechanism);
    session.exchange =
      asked === undefined
        ? undefined
        : startExchange(asked, text(payload), (name) => world.users.find(name, $db)?.credentials.get(asked));
    if (session.exchange === undefined) throw refused(world);
    return { conversationId: 1, done: false, payload: Buffer.from(session.exchange.firstAnswer) };
  },

  saslcontinue({ payload, $db }, session, world) {
    const { exchange } = session;
    // Clients that do not skip it end with an empty message.
    if (exchange === undefined) return { conversationId: 1, done: true, payload: Buffer.alloc(0) };
    const last = exchange.finish(text(payload));
    session.exchange = undefined;
    if (last === undefined) throw refused(world);
    session.user = world.users.find(exchange.username, $db);
    const client = session.appName ?? '';
    world.openedLogins.set(client, (world.openedLogins.get(client) ?? 0) + 1);
    return { conversationId: 1, done: true, payload: Buffer.from(last) };
  },

  connectionstatus({ showPrivileges }, { user }, world) {
    return {
      authInfo: {
        authenticatedUsers: user === undefined ? [] : [{ user: user.name, db: user.db }],
        authenticatedUserRoles: user?.roles ?? [],
        ...(showPrivileges && {
          authenticatedUserPrivileges: user === undefined ? [] : world.users.privilegesOf(user),
        }),
      },
    };
  },

  usersinfo({ usersInfo: name, showAuthenticationRestrictions: shown, $db }, session, world) {
    demandKnown({ showAuthenticationRestrictions: shown }, 'usersInfo', world);
    if (name !== session.user?.name || $db !== session.user?.db) demand(session, world, 'viewUser', $db);
    const user = world.users.find(name, $db);
    if (user === undefined) return { users: [] };
    const known = world.maxWireVersion >= 7 && { mechanisms: [...user.credentials.keys()] };
    const restrictions = shown && { authenticationRestrictions: user.restrictions };
    return { users: [{ _id: `${$db}.${name}`, user: name, db: $db, roles: user.roles, ...known, ...restrictions }] };
  },

  createuser({ createUser: name, pwd, roles, mechanisms: wanted, authenticationRestrictions, $db }, session, world) {
    demandWritable(world);
    demandKnown({ authenticationRestrictions }, 'createUser', world);
    demand(session, world, 'createUser', $db);
    const named = rolesIn(roles, $db, world);
    for (const { db } of named) demand(session, world, 'grantRole', db);
    if (world.users.find(name, $db) !== undefined) {
      throw new CommandError(51003, 'Location51003', `User "${name}@${$db}" already exists`);
    }
    put(world, name, $db, {
      password: pwd,
      roles: named,
      ...mechanismsIn(wanted),
      ...(authenticationRestrictions && { restrictions: authenticationRestrictions }),
    });
    return {};
  },

  updateuser({ updateUser: name, pwd, roles, mechanisms: wanted, authenticationRestrictions, $db }, session, world) {
    demandWritable(world);
    demandKnown({ authenticationRestrictions }, 'updateUser', world);
    const isSelf = name === session.user?.name && $db === session.user?.db;
    if (pwd !== undefined) {
      if (!isSelf || !holds(session, world, 'changeOwnPassword', $db)) demand(session, world, 'changePassword', $db);
    }
    const named = roles === undefined ? undefined : rolesIn(roles, $db, world);
    if (named !== undefined) demand(session, world, 'revokeRole', '');
    for (const { db } of named ?? []) demand(session, world, 'grantRole', db);
    existing(world, name, $db);
    put(world, name, $db, {
      password: pwd,
      ...(named && { roles: named }),
      ...mechanismsIn(wanted),
      ...(authenticationRestrictions && { restrictions: authenticationRestrictions }),
    });
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

  insert({ insert: collection, documents, $db }, session, world) {
    demand(session, world, 'insert', $db, collection);
    const name = `${$db}.${collection}`;
    world.collections.set(name, [...(world.collections.get(name) ?? []), ...documents]);
    return { n: documents.length };
  },

  /** Everything, whatever the filter. */
  find({ find: collection, $db }, session, world) {
    demand(session, world, 'find', $db, collection);
    const name = `${$db}.${collection}`;
    return { cursor: { id: 0n, ns: name, firstBatch: world.collections.get(name) ?? [] } };
  },
};

const text = (payload: Uint8Array) => Buffer.from(payload).toString('utf8');
const same = (a: RoleName, b: RoleName) => a.role === b.role && a.db === b.db;

function refused(world: World): CommandError {
  world.refusedLogins += 1;
  return new CommandError(18, 'AuthenticationFailed', 'Authentication failed.');
}

function holds({ user }: Session, world: World, action: string, db: string, collection?: string): boolean {
  return user !== undefined && world.users.may(user, action, db, collection);
}

function demand(session: Session, world: World, action: string, db: string, collection?: string): void {
  if (session.user === undefined) throw new CommandError(13, 'Unauthorized', 'Command requires authentication');
  if (holds(session, world, action, db, collection)) return;
  throw new CommandError(13, 'Unauthorized', `not authorized on ${db} to execute a command that needs ${action}`);
}

function demandWritable(world: World): void {
  if (!world.isWritable) throw new CommandError(10107, 'NotWritablePrimary', 'not primary');
}

/** As DocumentDB puts it. */
function demandKnown(argument: Document, command: string, { hasRestrictions }: World): void {
  for (const [name, value] of Object.entries(argument)) {
    if (value === undefined || hasRestrictions) continue;
    throw new CommandError(2, 'BadValue', `"${name}" is not a valid argument to ${command}`);
  }
}

function existing(world: World, name: string, db: string): User {
  const user = world.users.find(name, db);
  if (user === undefined) throw new CommandError(11, 'UserNotFound', `User '${name}@${db}' not found`);
  return user;
}

function put(world: World, name: string, db: string, change: Parameters<Users['put']>[2]): void {
  try {
    world.users.put(name, db, change);
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

function mechanismsIn(wanted: unknown): { mechanisms?: Mechanism[] } {
  if (!Array.isArray(wanted)) return {};
  return { mechanisms: mechanisms.filter((each) => wanted.includes(each)) };
}
