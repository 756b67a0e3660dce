/** The demonstration on somebody's own server: it touches no user that was there before, and takes away what it made. */
import type { Document } from 'mongodb';
import type { ServerAtUri } from '../local/servers/documentdb/at-uri.ts';
import type { LocalServer } from '../local/servers/local-server.ts';
import type { DatabaseKind, Run } from './database.ts';
import type { Login } from './engine.ts';
import type { StrategyName } from './strategies.ts';

/** UserNotFound, RoleNotFound. */
const GONE = [11, 31];

export interface Guest {
  readonly server: LocalServer;
  readonly kind: DatabaseKind<LocalServer>;
}

export function guestOn(
  host: ServerAtUri,
  own: { readonly role: Document; rolesFor(strategy: StrategyName): readonly unknown[] },
  run: Run<Document, Document>,
): Guest {
  const where = `${host.host}:${host.port}`;
  const admin: Login = { host: host.host, port: host.port, ...host.superuser };
  const asAdmin = (command: Document) => run(admin, host.ca, [command]);
  const undo: Document[] = [];
  const role = own.role.createRole;
  let hasRole = true;

  const make = async (username: string, command: Document): Promise<void> => {
    const names = [username, `${username}_clone`];
    for (const name of names) {
      const { users } = await asAdmin({ usersInfo: name });
      if (users.length > 0)
        throw new Error(`${where} has a user ${name} already, which the demonstration leaves alone`);
    }
    undo.push(...names.map((name) => ({ dropUser: name })));
    await asAdmin({ createUser: username, ...command });
  };

  const makeRole = () =>
    asAdmin(own.role).then(
      () => undo.push({ dropRole: role }) > 0,
      () => false,
    );

  return {
    server: {
      ...host,
      async stop() {
        const left: unknown[] = [];
        for (const command of undo.toReversed()) {
          // What was never made, or is gone, is no failure.
          await asAdmin(command).catch(({ code }) => GONE.includes(code) || left.push(...Object.values(command)));
        }
        if (left.length > 0) throw new Error(`the demonstration could not take away from ${where}: ${left.join(', ')}`);
      },
    },
    kind: {
      title: () => `the server at MONGODB_URI (${where})`,
      place: () => ({ engine: 'mongo' }),
      async prepare(_admin, _ca, { username, password }) {
        const { roles } = await asAdmin({ rolesInfo: role }).catch(() => ({ roles: [] }));
        hasRole = roles.length > 0;
        // A server that makes no such role, Amazon's among them, may let a user set its own password without.
        if (!hasRole) hasRole = await makeRole();
        await make(username, { pwd: password, roles: ['userAdminAnyDatabase'] });
      },
      createUser(_superuser, _ca, { username, password }, strategy) {
        const roles = own.rolesFor(strategy).filter((each) => hasRole || each !== role);
        return make(username, { pwd: password, roles });
      },
      counts: () => ({ openedByFunctions: undefined, refused: undefined, statements: undefined }),
    },
  };
}
