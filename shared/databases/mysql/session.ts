/** What the engines mysql and mariadb share: a session on a connection. */
import type { RotationContext } from '../../rotation/strategy.ts';
import type { DatabaseSession } from '../engine.ts';
import { baseOf } from '../names.ts';
import type { DatabaseLogin } from '../secret.ts';
import { cloneUser, requireClonable } from './clone-user.ts';
import type { Connection, Kind } from './connection.ts';
import { openConnection } from './connection.ts';
import { addPassword, discardOldPassword } from './dual-passwords.ts';
import { errno, failedWith } from './errors.ts';
import { tellingGrants } from './lacking.ts';
import type { Lock } from './lock.ts';
import { holdCutOver } from './lock.ts';
import { opensFromHere } from './opens.ts';
import { privileges } from './privileges.ts';
import type { AccountsChanged } from './set-password.ts';
import { endSecondPassword, requireMayAlterUsers, setOwnPassword, setPasswordOf } from './set-password.ts';
import { isAtLeast } from './version.ts';

export async function openSession(login: DatabaseLogin, kind: Kind, ctx: RotationContext): Promise<DatabaseSession> {
  const connection = await openConnection(login, kind, ctx);
  let working = login.password;
  let exclusive = false;
  const changed = new Set<AccountsChanged>();
  const locks: Lock[] = [];
  const hold = async (username: string) => {
    const cutOver = await unlessExpired(() => holdCutOver(connection, username));
    if (cutOver === undefined) return;
    locks.push(cutOver);
    if (username === login.username) exclusive = cutOver.exclusive;
  };
  const telling = <T>(work: () => Promise<T>) => tellingGrants(connection, work);
  const session: DatabaseSession = {
    get proven() {
      return { password: working };
    },
    get exclusive() {
      return exclusive;
    },
    ping: async () => void (await connection.query('SELECT 1')),
    async setPassword(username, password, proven) {
      await hold(username);
      if (username !== login.username) {
        const change = await telling(() => setPasswordOf(connection, username, password, proven?.password));
        changed.add(change);
        return async () => {
          await change.takeBack();
          changed.delete(change);
        };
      }
      const replaced = working;
      const set = async (next: string) => {
        await setOwnPassword(connection, next, working);
        working = next;
      };
      await set(password);
      return () => set(replaced);
    },
    holdCutOver: hold,
    opens: (username, password) => telling(() => opensFromHere(connection, username, password)),
    cloneUser: (from, to, password, proof) =>
      telling(() => cloneUser(connection, { from, to, base: baseOf(from) }, { password, proof, locks })),
    rehearsal: {
      async setPassword(username) {
        if (username !== login.username) await telling(() => requireMayAlterUsers(connection));
      },
      cloneUser: (from, to, _password, proof) =>
        telling(async () => {
          await requireClonable(connection, { from, to, base: baseOf(from) }, { proof, locks });
          await requireMayAlterUsers(connection);
        }),
    },
    privileges: () => privileges(connection),
    async close() {
      // Here, and not with the change: AWSCURRENT names the new password by now, or soon. What was taken back leaves all as it was.
      if (working !== login.password) await endSecondPassword(connection);
      for (const change of changed) await change.settle().catch(() => {});
      for (const lock of locks) if (lock.outlives) await lock.release();
      await connection.close();
    },
  };
  if (!hasDualPasswords(connection)) return session;
  return Object.assign(session, {
    addPassword: (password: string, abandoned?: () => AsyncIterable<string>) =>
      telling(() => addPassword(connection, { password, keep: login.password, abandoned })),
    discardOldPassword: () => discardOldPassword(connection, login.password),
  });
}

/** A login whose password expired may do nothing but change it. */
async function unlessExpired<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (failedWith(error, errno.mustChangePassword)) return undefined;
    throw error;
  }
}

function hasDualPasswords({ server }: Connection): boolean {
  return server.product === 'MySQL' && isAtLeast(server, [8, 0, 14]);
}
