/** What the stand-in answers. */
import type { Document } from 'mongodb';
import { mechanisms, startExchange } from './scram.ts';
import { userCommands } from './user-commands.ts';
import { type Command, CommandError, demand, type Session, type World, wireVersions } from './world.ts';

export function run(command: Document, session: Session, world: World): Document {
  const [name = ''] = Object.keys(command);
  const refusal = world.refuses[name];
  if (refusal !== undefined) throw new CommandError(refusal, 'NotSupported', `Feature not supported: ${name}`);
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
    maxWireVersion: wireVersions[world.version],
    // Mechanisms are negotiated from 4.0 on.
    ...(wireVersions[world.version] >= 7 &&
      asked !== undefined && { saslSupportedMechs: [...asked.credentials.keys()] }),
  };
};

const commands: Record<string, Command> = {
  hello,
  ismaster: hello,
  ping: () => ({}),
  endsessions: () => ({}),
  buildinfo: (_command, _session, { version }) => ({ version: `${version}.0` }),
  ...userCommands,

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
    if (showPrivileges !== undefined && world.amazon) {
      throw new CommandError(2, 'BadValue', '"showPrivileges" is not a valid argument to connectionStatus');
    }
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

function refused(world: World): CommandError {
  world.refusedLogins += 1;
  return new CommandError(18, 'AuthenticationFailed', 'Authentication failed.');
}
