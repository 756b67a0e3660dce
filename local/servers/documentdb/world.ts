/** What commands of the stand-in work on, and who may give them. The codes are MongoDB's. */
import type { Document } from 'mongodb';
import type { Exchange } from './scram.ts';
import type { User, Users } from './users.ts';

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
  /**
   * No createRole (as on elastic clusters), no showPrivileges, one authentication database, passwords by the rule for the primary user,
   * and everybody may set their own, which AWS's template for one user relies on.
   */
  readonly amazon: boolean;
  /** Commands that it does not have, and the code of the answer. */
  readonly refuses: Readonly<Record<string, number>>;
  /** May a user look at itself without viewUser? */
  readonly looksAtItself: boolean;
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

export type Command = (command: Document, session: Session, world: World) => Document;

export function holds({ user }: Session, world: World, action: string, db: string, collection?: string): boolean {
  return user !== undefined && world.users.may(user, action, db, collection);
}

export function demand(session: Session, world: World, action: string, db: string, collection?: string): void {
  if (session.user === undefined) throw new CommandError(13, 'Unauthorized', 'Command requires authentication');
  if (holds(session, world, action, db, collection)) return;
  throw new CommandError(13, 'Unauthorized', `not authorized on ${db} to execute a command that needs ${action}`);
}

export function demandWritable(world: World): void {
  if (!world.isWritable) throw new CommandError(10107, 'NotWritablePrimary', 'not primary');
}
