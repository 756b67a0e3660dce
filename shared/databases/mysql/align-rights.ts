/** Gives one account the rights of another, and takes what the other has not. Default roles stay out of it. */
import type { Account } from './accounts.ts';
import type { Connection } from './connection.ts';
import { errno, failedWith } from './errors.ts';
import type { Right } from './grants.ts';
import { grantStatements, revokeStatements, rightsOf, rightText } from './grants.ts';
import type { AccountName } from './quoting.ts';
import { accountOf, nobodysName } from './quoting.ts';

const notIn = (list: readonly Right[]) => (right: Right) =>
  !list.some((other) => rightText(other) === rightText(right));

/**
 * Gives before it takes, because `to` may be in use. Restrictions come in a round of their own: they are taken out of rights that
 * must be there, and lifting one from a right that is not there would give it.
 */
export async function alignRights(connection: Connection, model: AccountName, to: AccountName): Promise<void> {
  const wanted = await rightsOf(connection, model);
  let has = await rightsOf(connection, to);
  for (const restriction of [false, true]) {
    const kind = (right: Right) => right.restriction === restriction;
    const give = async () => {
      const missing = wanted.filter(kind).filter(notIn(has));
      if (missing.length === 0) return;
      await giveAll(connection, missing, to);
      has = await rightsOf(connection, to);
    };
    await give();
    const surplus = has.filter(kind).filter(notIn(wanted));
    if (surplus.length === 0) continue;
    for (const statement of revokeStatements(surplus, to)) await connection.query(statement);
    // Taking a right on a table takes it on its columns, and ALL takes each.
    has = await rightsOf(connection, to);
    await give();
  }
}

/** What servers say of a user whom nobody has made, and of a table or a routine that is gone. Before that they ask for the right. */
const OF_NOBODY: readonly number[] = [
  errno.mayNotCreateUserByGrant,
  errno.noSuchUser,
  errno.noSuchRole,
  errno.noSuchAuthorization,
  errno.noSuchGrant,
  errno.noSuchTableGrant,
  errno.noSuchRoutineGrant,
  errno.noSuchTable,
];

/** Throws what `alignRights` would for want of a right, and changes nothing: its statements are about a user whom nobody has made. */
export async function requireMayAlign(
  connection: Connection,
  model: AccountName,
  to: AccountName | undefined,
): Promise<void> {
  const wanted = await rightsOf(connection, model);
  const has = to === undefined ? [] : await rightsOf(connection, to);
  const [missing, surplus] = [wanted.filter(notIn(has)), has.filter(notIn(wanted))];
  const nobody = nobodysName();
  for (const statement of [...grantStatements(missing, nobody), ...revokeStatements(surplus, nobody)]) {
    await connection.query(statement).catch((error: unknown) => {
      if (!OF_NOBODY.some((number) => failedWith(error, number))) throw error;
    });
  }
}

/** Gives `to` what `from` may do beyond it, with the restrictions that go with that. */
export async function giveSurplus(connection: Connection, from: Account, to: Account): Promise<void> {
  const rights = await rightsOf(connection, from);
  const surplus = rights.filter(notIn(await rightsOf(connection, to)));
  const given = surplus.filter(({ restriction }) => !restriction);
  const limits = surplus.filter(({ right, restriction }) => restriction && given.some((each) => each.right === right));
  await giveAll(connection, given, to);
  await giveAll(connection, limits, to);
}

/** Lifts what `to` is under and `from` is not, of rights that `from` can use. */
export async function liftRestrictions(connection: Connection, from: Account, to: Account): Promise<void> {
  const rights = await rightsOf(connection, from);
  const isUsed = ({ right, on }: Right) =>
    rights.some(
      (each) => !each.restriction && [right, 'ALL PRIVILEGES'].includes(each.right) && ['*.*', on].includes(each.on),
    );
  const surplus = (await rightsOf(connection, to)).filter(({ restriction }) => restriction).filter(notIn(rights));
  for (const statement of revokeStatements(surplus.filter(isUsed), to)) await connection.query(statement);
}

async function giveAll(connection: Connection, rights: readonly Right[], to: AccountName): Promise<void> {
  for (const statement of grantStatements(rights, to)) {
    try {
      await connection.query(statement);
    } catch (error) {
      if (!failedWith(error, errno.noSuchTable)) throw error;
      await giveOnAbsentTable(connection, statement, to);
    }
  }
}

/** Rights outlive their table, but new ones on a table that is gone are only taken together with CREATE. */
async function giveOnAbsentTable(connection: Connection, statement: string, to: AccountName): Promise<void> {
  await connection.query(statement.replace(/^GRANT /, 'GRANT CREATE, '));
  const on = statement.slice(statement.indexOf(' ON ') + 4, statement.lastIndexOf(` TO ${accountOf(to)}`));
  await connection.query(`REVOKE CREATE ON ${on} FROM ${accountOf(to)}`);
}
