/** One login to DocumentDB, with everything that an engine does. */
import type { RotationContext } from '../../rotation/strategy.ts';
import type { DatabaseSession } from '../engine.ts';
import type { DatabaseLogin } from '../secret.ts';
import { requireReplaced } from '../user-errors.ts';
import { cloneUser, requireClonable } from './clone-user.ts';
import { openConnection } from './connection.ts';
import { privileges, requireMayChange, setPassword } from './users.ts';

/** Throws what `DatabaseEngine.connect` throws. */
export async function openSession(
  login: DatabaseLogin,
  { defaults, baseOf }: { readonly defaults: { readonly port: number }; baseOf(username: string): string },
  ctx: RotationContext,
): Promise<DatabaseSession> {
  const connection = await openConnection(login, defaults, ctx);
  const logInAs = (username: string) => async (password: string) => {
    const other = await openConnection({ ...login, username, password }, defaults, ctx);
    await other.close();
  };
  let working = login.password;
  return {
    get proven() {
      return { password: working };
    },
    ping: async () => void (await connection.command({ ping: 1 })),
    async setPassword(username, password, proven) {
      const isOwn = username === login.username;
      const replaced = proven?.password ?? (isOwn ? working : undefined);
      const set = async (next: string) => {
        await setPassword(connection, username, next);
        if (isOwn) working = next;
      };
      await set(password);
      return async () => set(requireReplaced(replaced));
    },
    cloneUser: (from, to, password, proof) =>
      cloneUser(connection, { from, to, base: baseOf(from) }, { password, proof }, logInAs(to)),
    rehearsal: {
      async setPassword(username, pwd) {
        if (username !== login.username) await requireMayChange(connection, (nobody) => ({ updateUser: nobody, pwd }));
      },
      cloneUser: (from, to, _password, proof) =>
        requireClonable(connection, { from, to, base: baseOf(from) }, proof, logInAs(to)),
    },
    privileges: () => privileges(connection),
    close: () => connection.close(),
  };
}
