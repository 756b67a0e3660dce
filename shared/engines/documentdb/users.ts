/** Users, by the commands that DocumentDB 3.6 and newer and MongoDB have in common. */
import type { Document } from 'mongodb';
import { InvalidSecretError } from '../../rotation/errors.ts';
import type { Connection } from './connection.ts';
import { codes, isAnswer } from './errors.ts';

/** The server makes its SCRAM credentials from the password itself: no mechanism takes a verifier. */
export async function setPassword(connection: Connection, username: string, password: string): Promise<void> {
  const user = await find(connection, username);
  await connection.command({ updateUser: username, pwd: password, ...mechanismsOf(user) });
}

/** One command makes or changes the user, so nobody meets it half made. */
export async function cloneUser(connection: Connection, from: string, to: string, password: string): Promise<void> {
  const model = await find(connection, from);
  if (model === undefined) {
    throw new InvalidSecretError(`the superuser finds no user ${from} in its authentication database`, {
      hint: 'the superuser and the pair must live in one database: give both secrets the same authSource',
    });
  }
  const likeModel = { pwd: password, roles: model.roles ?? [], ...mechanismsOf(model) };
  if ((await find(connection, to)) === undefined) {
    try {
      await connection.command({ createUser: to, ...likeModel });
      return;
    } catch (error) {
      // Made meanwhile, by another delivery of this step.
      if (!isAnswer(error, codes.USER_EXISTS)) throw error;
    }
  }
  await connection.command({ updateUser: to, ...likeModel });
}

/** Roles, and what they come to: a role may be changed while the two users keep its name. */
export async function privileges(connection: Connection): Promise<string[]> {
  const { authInfo = {} } = await connection.command({ connectionStatus: 1, showPrivileges: true });
  const roles: Document[] = authInfo.authenticatedUserRoles ?? [];
  const effective: Document[] = authInfo.authenticatedUserPrivileges ?? [];
  const lines = [
    ...roles.map(({ role, db }) => `role ${role} on ${db}`),
    ...effective.flatMap(({ resource, actions }) =>
      (actions as string[]).map((action) => `${action} on ${resourceText(resource)}`),
    ),
  ];
  return [...new Set(lines)].sort();
}

async function find(connection: Connection, username: string): Promise<Document | undefined> {
  const { users = [] } = await connection.command({ usersInfo: username });
  return users[0];
}

/** Named again with every password: left out, a user that was kept to SCRAM-SHA-256 would get SCRAM-SHA-1 too. Old servers know none. */
function mechanismsOf(user: Document | undefined): { mechanisms?: string[] } {
  const mechanisms: string[] = user?.mechanisms ?? [];
  return mechanisms.length > 0 ? { mechanisms } : {};
}

function resourceText(resource: Document): string {
  if (resource.anyResource) return 'everything';
  if (resource.cluster) return 'the cluster';
  return `${resource.db || 'every database'}.${resource.collection || 'every collection'}`;
}
