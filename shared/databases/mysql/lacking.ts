/** A right that lacks, as the statement that gives it. */
import { advised } from '../../rotation/errors.ts';
import type { Connection } from './connection.ts';
import { ownAccount } from './grants.ts';
import { rightsLackedBy } from './needed-rights.ts';
import { accountOf } from './quoting.ts';

/** Throws what `work` throws. Of a refusal the hint has the statements; only then the server is asked which account this is. */
export async function tellingGrants<T>(connection: Connection, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const rights = rightsLackedBy(error);
    if (rights.length === 0) throw error;
    const account = await ownAccount(connection).catch(() => undefined);
    if (account === undefined) throw error;
    const grants = rights.map(({ right, option = '' }) => `GRANT ${right} TO ${accountOf(account)}${option}`);
    throw advised(error, `as an administrator, mostly: ${grants.join('; ')}`);
  }
}
