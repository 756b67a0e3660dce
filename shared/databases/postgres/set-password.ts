/** Changes a password without showing it to the server: what is sent, and logged, is a verifier. */
import pg from 'pg';
import type { ProvenLogin, TakeBack } from '../engine.ts';
import type { Connection, Transaction } from './connection.ts';
import { nextVerifier } from './next-verifier.ts';
import type { Verifier } from './verifier.ts';
import { keptIn, verifierText } from './verifier.ts';

export interface PasswordChange {
  readonly username: string;
  readonly password: string;
  /** The user's last login. Without it nothing can be taken back. */
  readonly before: ProvenLogin | undefined;
}

export interface Changed {
  readonly kept: Verifier;
  /** The user may have one session only (CONNECTION LIMIT 1), which is this one if it changes its own password. */
  readonly exclusive: boolean;
  /** The verifier of before, byte for byte where the login showed it: salt and iterations are sent to whoever logs in. */
  readonly takeBack: TakeBack;
}

/** In one transaction, so that two deliveries of a step wait for each other instead of failing. */
export async function setPassword(connection: Connection, change: PasswordChange): Promise<Changed> {
  const { username, password, before } = change;
  const isOwn = username === connection.username;
  return connection.transaction('READ WRITE', async (transaction) => {
    const now = before && keptIn(before);
    const kept = await nextVerifier(transaction, now);
    // A login that showed nothing: the password was asked for in clear. Whatever is kept then, SCRAM lets in whoever knows the password.
    const was = before && (await verifierText(now ?? kept, username, before.password));
    // For as long as the session lasts: until then the change may be taken back, and must be the last one.
    await transaction.query('SELECT pg_advisory_lock(hashtext($1))', [`rekey cut-over ${username}`]);
    await lockUser(transaction, username);
    const [limit] = await transaction.query('SELECT rolconnlimit FROM pg_roles WHERE rolname = $1', [username]);
    await alterPassword(transaction, username, await verifierText(kept, username, password));
    const putBack = async (verifier: string | undefined) => {
      if (verifier === undefined) throw new Error('nobody told which password was there before');
      await connection.transaction('READ WRITE', async (again) => {
        await lockUser(again, username);
        await alterPassword(again, username, verifier);
      });
    };
    const takeBack = () => putBack(was);
    // A pooler may ask for md5 where the server keeps SCRAM, and asks for it.
    const inDoubt = before && now?.kind === 'md5' && kept.kind !== 'md5';
    const otherwise = async () => putBack(before && (await verifierText(kept, username, before.password)));
    return {
      kept,
      exclusive: limit?.rolconnlimit === 1 && isOwn,
      takeBack: inDoubt ? Object.assign(takeBack, { otherwise }) : takeBack,
    };
  });
}

/** Two ALTER ROLE of one role at once end in "tuple concurrently updated" (XX000) for one of them. */
export async function lockUser(transaction: Transaction, username: string): Promise<void> {
  await transaction.query('SELECT pg_advisory_xact_lock(hashtext($1))', [`rekey ${username}`]);
}

async function alterPassword(transaction: Transaction, username: string, verifier: string): Promise<void> {
  // The clone of a pair acts as its base role from login on; its own password it may only change as itself.
  if (username === transaction.username) await transaction.query('SET LOCAL ROLE NONE');
  await transaction.query(`ALTER ROLE ${pg.escapeIdentifier(username)} PASSWORD ${pg.escapeLiteral(verifier)}`);
}
