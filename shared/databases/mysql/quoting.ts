/** Names and literals, quoted by the driver. They hold in the sql_mode that connection.ts sets. */
import { randomBytes } from 'node:crypto';
import mysql from 'mysql2';

export interface AccountName {
  readonly user: string;
  /** The host part: `%`, `10.0.%`, `localhost`. */
  readonly host: string;
}

export const literal = (text: string): string => mysql.escape(text);

/** `'app'@'10.0.%'` */
export const accountOf = ({ user, host }: AccountName): string => `${literal(user)}@${literal(host)}`;

/** Of an account that is not there, and that nobody makes. */
export const nobodysName = (): AccountName => ({ user: `rekey ${randomBytes(8).toString('hex')}`, host: 'localhost' });

/** With dots as part of the name. */
export const identifier = (name: string): string => mysql.escapeId(name, true);
