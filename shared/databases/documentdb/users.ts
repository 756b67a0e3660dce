/** Users, by the commands that DocumentDB 3.6 and newer and MongoDB have in common. */
import { randomBytes } from 'node:crypto';
import type { Document } from 'mongodb';
import type { Connection } from './connection.ts';
import { codes, isAnswer, unknownArgument, unknownCommand } from './errors.ts';

/** The server makes its SCRAM credentials from the password itself: no mechanism takes a verifier. */
export async function setPassword(connection: Connection, username: string, password: string): Promise<void> {
  const user = await withMechanisms(connection, username);
  await connection.command({ updateUser: username, pwd: password, ...mechanismsOf(user) });
}

/**
 * Throws PermissionError when this login may not make such a change of a user, and makes none: servers ask for the right before they look
 * for the user, whom nobody has made. Any other answer says nothing. Throws what `command` throws where there was no answer.
 */
export async function requireMayChange(connection: Connection, of: (nobody: string) => Document): Promise<void> {
  await connection.command(of(`rekey_${randomBytes(8).toString('hex')}`)).catch((error: unknown) => {
    if (!isAnswer(error) || isAnswer(error, codes.UNAUTHORIZED)) throw error;
  });
}

/**
 * Roles, and what they come to: a role may be changed while the two users keep its name. Where the server does not tell the second,
 * the names say enough: a role is one thing for all its users, so `rolesInfo` would compare it with itself.
 */
export async function privileges(connection: Connection): Promise<string[]> {
  const { authInfo = {} } = await askWith(connection, { connectionStatus: 1 }, 'showPrivileges');
  const roles: Document[] = authInfo.authenticatedUserRoles ?? [];
  const effective: Document[] = authInfo.authenticatedUserPrivileges ?? [];
  const lines = [
    ...roles.map(({ role, db }) => `role ${role} on ${db}`),
    ...effective.flatMap(({ resource, actions }) =>
      (actions as string[]).map((action) => `${action} on ${resourceText(resource)}`),
    ),
    ...(await ownRestrictions(connection)).map(restrictionText),
  ];
  return [...new Set(lines)].sort();
}

async function findUser(connection: Connection, username: string): Promise<Document | undefined> {
  const { users = [] } = await connection.command({ usersInfo: username });
  return users[0];
}

/** With `authenticationRestrictions`, where the server has them. DocumentDB refuses even the word. */
export async function findUserWithRestrictions(
  connection: Connection,
  username: string,
): Promise<Document | undefined> {
  const { users = [] } = await askWith(connection, { usersInfo: username }, 'showAuthenticationRestrictions');
  return users[0];
}

/** A server that refuses the option is asked without it. */
async function askWith(connection: Connection, command: Document, option: string): Promise<Document> {
  try {
    return await connection.command({ ...command, [option]: true });
  } catch (error) {
    if (!unknownArgument.some((code) => isAnswer(error, code))) throw error;
    return connection.command(command);
  }
}

/** Named again with every password: left out, a user that was kept to SCRAM-SHA-256 would get SCRAM-SHA-1 too. Old servers know none. */
export function mechanismsOf(user: Document | undefined): { mechanisms?: string[] } {
  const mechanisms: string[] = user?.mechanisms ?? [];
  return mechanisms.length > 0 ? { mechanisms } : {};
}

async function withMechanisms(connection: Connection, username: string): Promise<Document | undefined> {
  try {
    return await findUser(connection, username);
  } catch (error) {
    // A server may let users change their own password and not look at users, themselves included.
    if (username === connection.username && isAnswer(error, codes.UNAUTHORIZED))
      return { mechanisms: await ownMechanisms(connection) };
    throw error;
  }
}

/** As every login asks, which needs no right. Servers that do not know the command are as old as those with one mechanism alone. */
async function ownMechanisms({ command, database, username }: Connection): Promise<string[]> {
  try {
    const { saslSupportedMechs } = await command({ hello: 1, saslSupportedMechs: `${database}.${username}` });
    return saslSupportedMechs ?? [];
  } catch (error) {
    if (unknownCommand.some((code) => isAnswer(error, code))) return [];
    throw error;
  }
}

async function ownRestrictions(connection: Connection): Promise<Document[]> {
  try {
    const self = await findUserWithRestrictions(connection, connection.username);
    return self?.authenticationRestrictions ?? [];
  } catch (error) {
    // MongoDB shows everybody their own user, and only MongoDB has restrictions:
    // https://www.mongodb.com/docs/manual/reference/command/usersInfo/#required-access
    if (isAnswer(error, codes.UNAUTHORIZED)) return [];
    throw error;
  }
}

function restrictionText({ clientSource = [], serverAddress = [] }: Document): string {
  const places = (list: readonly string[], all: string) => (list.length === 0 ? all : [...list].sort().join(' '));
  return `logs in only from ${places(clientSource, 'anywhere')} to ${places(serverAddress, 'any address')}`;
}

function resourceText(resource: Document): string {
  if (resource.anyResource) return 'everything';
  if (resource.cluster) return 'the cluster';
  return `${resource.db || 'every database'}.${resource.collection || 'every collection'}`;
}
