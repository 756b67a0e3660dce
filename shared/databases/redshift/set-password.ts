/** Changes a password without showing it to the server's logs: what is sent is the digest that Redshift would store anyway. */
import { createHash } from 'node:crypto';
import pg from 'pg';
import type { TakeBack } from '../engine.ts';
import type { Connection, Transaction } from '../postgres/connection.ts';
import { requireReplaced } from '../user-errors.ts';
import { ask } from './question.ts';
import { repeatedly } from './repeatedly.ts';
import { spellingOf } from './user.ts';

/** `before` is the password that opened the user's last login. A login by md5 means that its digest is what is kept. */
export async function setPassword(
  connection: Connection,
  { username, password, replaced }: { username: string; password: string; replaced: string | undefined },
): Promise<TakeBack> {
  await change(connection, username, password);
  return async () => change(connection, username, requireReplaced(replaced));
}

async function change(connection: Connection, username: string, password: string): Promise<void> {
  await repeatedly(connection, async (transaction) => {
    await ask(transaction, spellingOf(username));
    await alterPassword(transaction, username, password);
  });
}

export async function alterPassword(transaction: Transaction, username: string, password: string): Promise<void> {
  await transaction.query(`ALTER USER ${pg.escapeIdentifier(username)} PASSWORD ${digestLiteral(username, password)}`);
}

/**
 * The md5 form, salted with the user name. Redshift makes the same of a password in clear text. Its sha256 form is stronger, but logins
 * of such users need a message that PostgreSQL's drivers, this one too, do not know.
 * https://docs.aws.amazon.com/redshift/latest/dg/r_CREATE_USER.html
 */
export function digestLiteral(username: string, password: string): string {
  return `'md5${createHash('md5').update(password).update(username).digest('hex')}'`;
}
