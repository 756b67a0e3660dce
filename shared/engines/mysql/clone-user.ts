/**
 * Brings the other user of an alternating pair into line, both ways: what the model lost, the other loses. Changes of accounts
 * are no transactions, so the password comes last, for all hosts in one statement: a half-made user has no password of this
 * rotation, and the repeat of the step completes it.
 */
import { PermissionError } from '../../rotation/errors.ts';
import type { Account } from './accounts.ts';
import { readAccounts } from './accounts.ts';
import type { Connection } from './connection.ts';
import { errno, failedWith } from './errors.ts';
import type { Right } from './grants.ts';
import { grantStatements, revokeStatements, rightsOf, told } from './grants.ts';
import { oneAtATime } from './lock.ts';
import type { AccountName } from './quoting.ts';
import { accountOf } from './quoting.ts';
import { setPasswordOf, unknownUser } from './set-password.ts';
import { identifiedBy } from './verifier.ts';

/** `from` is in use and stays as it is. `base` is the one of the two whose accounts people made. */
export async function cloneUser(
  connection: Connection,
  { from, to, base }: { from: string; to: string; base: string },
  password: string,
): Promise<void> {
  await oneAtATime(connection, base, async () => {
    const models = await readAccounts(connection, from);
    if (models.length === 0) throw unknownUser(from, connection);
    const existing = await readAccounts(connection, to);
    await removeSurplus(connection, { models, existing, base });
    for (const model of models) {
      const before = existing.find(({ host }) => host === model.host);
      await align(connection, model, { user: to, host: model.host }, before);
    }
    await setPasswordOf(connection, to, password);
  });
}

/** An account of the clone at a host where the model has none lets it in from there. One of the base is not ours to drop. */
async function removeSurplus(
  connection: Connection,
  { models, existing, base }: { models: readonly Account[]; existing: readonly Account[]; base: string },
): Promise<void> {
  const surplus = existing.filter(({ host }) => !models.some((model) => model.host === host));
  for (const account of surplus) {
    if (account.user !== base) {
      await connection.query(`DROP USER ${accountOf(account)}`);
      continue;
    }
    const other = models[0]?.user ?? '';
    throw new PermissionError(
      `${accountOf(account)} exists, ${accountOf({ user: other, host: account.host })} does not`,
      {
        code: 'PRIVILEGES_DIFFER',
        hint: 'make an account of that host for the other user too, or drop this one; then rotate again',
      },
    );
  }
}

async function align(
  connection: Connection,
  model: Account,
  to: AccountName,
  before: Account | undefined,
): Promise<void> {
  const target = accountOf(to);
  if (before === undefined) {
    const nobodys = await identifiedBy(connection, model.plugin, undefined);
    await connection.query(`CREATE USER ${target} ${nobodys} ${model.options}`);
  } else if (before.options !== model.options) {
    await connection.query(`ALTER USER ${target} ${model.options}`);
  }
  await alignRights(connection, model, to);
  if (before === undefined || String(before.defaultRoles) !== String(model.defaultRoles)) {
    await setDefaultRoles(connection, model.defaultRoles, to, before);
  }
}

/**
 * Restrictions come in a round of their own: they are taken out of rights that must be there, and lifting one from a right
 * that is not there would give it.
 */
async function alignRights(connection: Connection, model: AccountName, to: AccountName): Promise<void> {
  const wanted = await rightsOf(connection, model);
  for (const restriction of [false, true]) {
    const has = await rightsOf(connection, to);
    const kind = (right: Right) => right.restriction === restriction;
    const notIn = (list: readonly Right[]) => (right: Right) => !list.some((other) => told(other) === told(right));
    const surplus = has.filter(kind).filter(notIn(wanted));
    for (const statement of revokeStatements(surplus, to)) await connection.query(statement);
    // Taking a right on a table takes it on its columns, too.
    const left = surplus.length === 0 ? has : await rightsOf(connection, to);
    await give(connection, wanted.filter(kind).filter(notIn(left)), to);
  }
}

async function give(connection: Connection, rights: readonly Right[], to: AccountName): Promise<void> {
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

async function setDefaultRoles(
  connection: Connection,
  roles: readonly string[],
  to: AccountName,
  before: Account | undefined,
): Promise<void> {
  if (roles.length === 0 && (before?.defaultRoles.length ?? 0) === 0) return;
  const preposition = connection.server.product === 'MariaDB' ? 'FOR' : 'TO';
  const names = roles.length === 0 ? 'NONE' : roles.join(', ');
  await connection.query(`SET DEFAULT ROLE ${names} ${preposition} ${accountOf(to)}`);
}
