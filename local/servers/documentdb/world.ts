/** What commands of the stand-in work on, and who may give them. The codes are MongoDB's. */
import type { Document } from 'mongodb';
import type { Exchange } from './scram.ts';
import type { User, Users } from './users.ts';

export interface Session {
  user?: User | undefined;
  appName?: string;
  exchange?: Exchange | undefined;
}

/** What the stand-in is like. */
export interface Nature {
  /** The API that it says it has, 5.0 when absent. */
  readonly version: keyof typeof wireVersions;
  /** False: a replica, which takes no changes. */
  readonly isWritable: boolean;
  /** True: it has authenticationRestrictions, as MongoDB; they are kept and shown, not obeyed. Otherwise it refuses the word, as DocumentDB. */
  readonly restrictions: boolean;
  /**
   * True: it refuses what Amazon's pages do not promise, and what they leave open. No createRole (as on elastic clusters), no
   * showPrivileges, one authentication database, passwords by the rule for the primary user, and everybody may set their own, which
   * AWS's template for one user relies on.
   */
  readonly amazon: boolean;
  /** Commands that it does not have, and the code with which it says so. */
  readonly refuses: Readonly<Record<string, number>>;
  /** May a user look at itself without viewUser? Absent: unless `amazon` is true. */
  readonly looksAtItself: boolean;
}

/** What each version says of itself: https://github.com/mongodb/specifications/blob/master/source/wireversion-featurelist/wireversion-featurelist.md */
export const wireVersions = { '3.6': 6, '4.0': 7, '5.0': 13, '8.0': 25 } as const;

export interface World extends Nature {
  readonly users: Users;
  /** Documents by database and collection: `shop.orders`. */
  readonly collections: Map<string, Document[]>;
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
