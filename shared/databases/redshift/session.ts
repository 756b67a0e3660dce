/** Loaded with the first connection, so that steps without one start faster. */
import pg from 'pg';
import { advised } from '../../rotation/errors.ts';
import type { RotationContext } from '../../rotation/strategy.ts';
import type { DatabaseEngine, DatabaseSession } from '../engine.ts';
import { openConnection } from '../postgres/connection.ts';
import { lacksRight } from '../postgres/errors.ts';
import { RolledBack, rehearsedOn } from '../postgres/rehearsed.ts';
import type { DatabaseLogin } from '../secret.ts';
import { cloneUser } from './clone-user.ts';
import { privileges } from './privileges.ts';
import { setPassword } from './set-password.ts';

interface Pairs extends Pick<DatabaseEngine, 'counterpart'> {
  baseOf(username: string): string;
}

/** A user may have a limit of its own, of a millisecond even: https://docs.aws.amazon.com/redshift/latest/dg/r_statement_timeout.html */
const PATIENCE = ['SET LOCAL statement_timeout TO 15000'];

/** Throws what `DatabaseEngine.connect` throws. */
export async function openSession(
  login: DatabaseLogin,
  ctx: RotationContext,
  { defaults, counterpart, baseOf }: Pairs & { defaults: { port: number; dbname: string } },
): Promise<DatabaseSession> {
  // There is no CONNECT: https://docs.aws.amazon.com/redshift/latest/dg/r_GRANT.html
  const product = { defaults, title: 'Redshift', page: 'docs/engines/redshift.md', entry: 'USAGE', patience: PATIENCE };
  const connection = await openConnection(login, product, ctx);
  const logInAs = (username: string) => async (password: string) => {
    const other = await openConnection({ ...login, username, password }, product, ctx);
    await other.close();
  };
  // No other right lets one user change another: https://docs.aws.amazon.com/redshift/latest/dg/r_ALTER_USER.html
  const telling = (error: unknown): never => {
    const statement = `ALTER USER ${pg.escapeIdentifier(login.username)} CREATEUSER`;
    throw lacksRight(error) ? advised(error, `as a superuser, mostly: ${statement}`) : error;
  };
  let working = login.password;
  const rehearsed = rehearsedOn(connection);
  return {
    get proven() {
      return { password: working };
    },
    ping: () => connection.ping(),
    async setPassword(username, password, proven) {
      if (username !== login.username) {
        return setPassword(connection, { username, password, replaced: proven?.password }).catch(telling);
      }
      const replaced = proven?.password ?? working;
      const takeBack = await setPassword(connection, { username, password, replaced });
      working = password;
      return async () => {
        await takeBack();
        working = replaced;
      };
    },
    cloneUser: (from, to, password, proof) =>
      cloneUser(connection, { from, to, base: baseOf(from) }, { password, proof }, logInAs(to)).catch(telling),
    rehearsal: {
      setPassword: async (username, password) =>
        void (await setPassword(rehearsed, { username, password, replaced: undefined }).catch(
          username === login.username ? undefined : telling,
        )),
      cloneUser: (from, to, password, proof) =>
        cloneUser(rehearsed, { from, to, base: baseOf(from) }, { password, proof }, logInAs(to))
          .catch(unlessRolledBack)
          .catch(telling),
    },
    // Not READ ONLY: nothing says that Redshift's views are to be had in such a transaction.
    privileges: () =>
      connection.transaction('READ WRITE', (transaction) => privileges(transaction, counterpart(login.username))),
    close: () => connection.close(),
  };
}

function unlessRolledBack(error: unknown): void {
  if (!(error instanceof RolledBack)) throw error;
}
