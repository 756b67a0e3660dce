/** One login to PostgreSQL, with everything that an engine does. */
import type { RotationContext } from '../../rotation/strategy.ts';
import type { DatabaseSession, ProvenLogin } from '../engine.ts';
import type { DatabaseLogin } from '../secret.ts';
import { cloneUser } from './clone-user.ts';
import type { Product } from './connection.ts';
import { openConnection } from './connection.ts';
import { lacksRight } from './errors.ts';
import { tellingWhatLacksFor } from './lacking.ts';
import { privileges, requireEqual } from './privileges.ts';
import { rehearsedOn } from './rehearsed.ts';
import { holdCutOver, setPassword } from './set-password.ts';

/** Throws what `DatabaseEngine.connect` throws. `baseOf` names the user of a pair that owns whatever either of them makes. */
export async function openSession(
  login: DatabaseLogin,
  product: Product,
  baseOf: (username: string) => string,
  ctx: RotationContext,
): Promise<DatabaseSession> {
  const connection = await openConnection(login, product, ctx);
  const logInAs = (username: string) => async (password: string) => {
    const other = await openConnection({ ...login, username, password }, product, ctx);
    await other.close();
  };
  let proven: ProvenLogin = { password: login.password, kept: connection.kept };
  let exclusive = false;
  /** Of another user. A user that may not change its own password lacks what no statement about the two would give. */
  const telling =
    (username: string) =>
    async (error: unknown): Promise<never> => {
      throw lacksRight(error) && username !== login.username
        ? await tellingWhatLacksFor(error, connection, username)
        : error;
    };
  const rehearsed = rehearsedOn(connection);
  return {
    get proven() {
      return proven;
    },
    get exclusive() {
      return exclusive;
    },
    ping: () => connection.ping(),
    async setPassword(username, password, given) {
      if (username !== login.username)
        return (await setPassword(connection, { username, password, replaced: given }).catch(telling(username)))
          .takeBack;
      const replaced = given ?? proven;
      const { kept, takeBack, ...changed } = await setPassword(connection, { username, password, replaced });
      ({ exclusive } = changed);
      proven = { password, kept };
      const then = (work: () => Promise<void>) => async () => {
        await work();
        proven = replaced;
      };
      const { otherwise } = takeBack;
      return Object.assign(then(takeBack), otherwise && { otherwise: then(otherwise) });
    },
    async holdCutOver(username) {
      exclusive = await holdCutOver(connection, username);
    },
    cloneUser: (from, to, password, proof) =>
      cloneUser(connection, { from, to, base: baseOf(to) }, { password, proof }, logInAs(to)),
    rehearsal: {
      setPassword: async (username, password) =>
        void (await setPassword(rehearsed, { username, password, replaced: undefined }).catch(telling(username))),
      cloneUser: (from, to, password, proof) =>
        cloneUser(rehearsed, { from, to, base: baseOf(to) }, { password, proof, look: requireEqual }, logInAs(to)),
    },
    privileges: () => privileges(connection, baseOf(login.username)),
    close: () => connection.close(),
  };
}
