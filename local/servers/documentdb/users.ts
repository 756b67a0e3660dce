/** Users and roles of the stand-in, as far as a rotation and its tests need them. Rights are looked up when they are used. */
import { type Credential, credentialFor, type Mechanism, mechanisms } from './scram.ts';

export interface RoleName {
  readonly role: string;
  readonly db: string;
}

export interface Privilege {
  /** An empty text is any. */
  readonly resource: { readonly db: string; readonly collection: string };
  readonly actions: readonly string[];
}

export interface User {
  readonly name: string;
  readonly db: string;
  roles: readonly RoleName[];
  restrictions: readonly object[];
  credentials: ReadonlyMap<Mechanism, Credential>;
}

const READ = ['find', 'listCollections'];
const WRITE = [...READ, 'insert', 'remove', 'update'];
const USER_ADMIN = ['changePassword', 'createRole', 'createUser', 'dropUser', 'grantRole', 'revokeRole', 'viewUser'];

/** Of the many built-in roles, those that the tests and the demonstration use. */
const builtIn: Record<string, { actions: readonly string[]; anyDatabase: boolean }> = {
  read: { actions: READ, anyDatabase: false },
  readWrite: { actions: WRITE, anyDatabase: false },
  userAdmin: { actions: USER_ADMIN, anyDatabase: false },
  readAnyDatabase: { actions: READ, anyDatabase: true },
  readWriteAnyDatabase: { actions: WRITE, anyDatabase: true },
  userAdminAnyDatabase: { actions: USER_ADMIN, anyDatabase: true },
  root: { actions: [...WRITE, ...USER_ADMIN], anyDatabase: true },
};

interface Change {
  readonly password?: string;
  readonly mechanisms?: readonly Mechanism[];
  readonly roles?: readonly RoleName[];
  readonly restrictions?: readonly object[];
}

export type Users = ReturnType<typeof createUsers>;

/** `oneDatabase`: whatever database is named, users are in admin. */
export function createUsers({ oneDatabase }: { readonly oneDatabase: boolean }) {
  const users = new Map<string, User>();
  const defined = new Map<string, readonly Privilege[]>();
  const home = (db: string) => (oneDatabase ? 'admin' : db);
  const key = (name: string, db: string) => JSON.stringify([home(db), name]);

  const privilegesOf = (user: User): readonly Privilege[] =>
    user.roles.flatMap(({ role, db }) => {
      const known = builtIn[role];
      if (known === undefined) return defined.get(key(role, db)) ?? [];
      return [{ resource: { db: known.anyDatabase ? '' : db, collection: '' }, actions: known.actions }];
    });

  return {
    find: (name: string, db: string): User | undefined => users.get(key(name, db)),
    /** Makes the user, or changes it. */
    put(name: string, db: string, { password, mechanisms: wanted = mechanisms, roles, restrictions }: Change): void {
      const user: User = users.get(key(name, db)) ?? {
        name,
        db: home(db),
        roles: [],
        restrictions: [],
        credentials: new Map(),
      };
      if (roles !== undefined) user.roles = roles;
      if (restrictions !== undefined) user.restrictions = restrictions;
      if (password !== undefined) {
        user.credentials = new Map(wanted.map((each) => [each, credentialFor(each, name, password)]));
      }
      users.set(key(name, db), user);
    },
    remove: (name: string, db: string): boolean => users.delete(key(name, db)),
    defineRole: ({ role, db }: RoleName, privileges: readonly Privilege[]): void =>
      void defined.set(key(role, db), privileges),
    hasRole: ({ role, db }: RoleName): boolean => role in builtIn || defined.has(key(role, db)),
    privilegesOf,
    may: (user: User, action: string, db: string, collection = ''): boolean =>
      privilegesOf(user).some(
        ({ resource, actions }) =>
          actions.includes(action) &&
          (resource.db === '' || resource.db === db) &&
          (resource.collection === '' || resource.collection === collection),
      ),
  };
}
