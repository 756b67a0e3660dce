/** Redshift, provisioned and serverless, through PostgreSQL's driver. Page: docs/engines/redshift.md */
import { InvalidSecretError } from '../rotation/errors.ts';
import type { DatabaseEngine } from './engine.ts';

const SUFFIX = '_clone';
/** In bytes: https://docs.aws.amazon.com/redshift/latest/dg/r_names.html */
const LONGEST_NAME = 127;

const defaults = { port: 5439, dbname: 'dev' };

export const redshift = {
  name: 'redshift',
  accepts: ['redshift'],
  defaults,
  /** What CREATE USER takes in clear text, so that a password can also be set by hand: https://docs.aws.amazon.com/redshift/latest/dg/r_CREATE_USER.html */
  password: { minLength: 8, maxLength: 64, forbidden: '\'"\\/@ ', excludedByDefault: ':/@"\'\\' },

  counterpart,

  async connect(login, ctx) {
    const { openSession } = await import('./redshift/session.ts');
    return openSession(login, ctx, { defaults, counterpart, baseOf });
  },
} satisfies DatabaseEngine;

function counterpart(username: string): string {
  if (isClone(username)) return baseOf(username);
  const other = username + SUFFIX;
  if (Buffer.byteLength(other) > LONGEST_NAME) {
    throw new InvalidSecretError(`user name ${other} has more than ${LONGEST_NAME} bytes`, {
      hint: `use a user name of at most ${LONGEST_NAME - SUFFIX.length} bytes`,
    });
  }
  return other;
}

function isClone(username: string): boolean {
  return username.length > SUFFIX.length && username.endsWith(SUFFIX);
}

/** The user of a pair that people made. */
function baseOf(username: string): string {
  return isClone(username) ? username.slice(0, -SUFFIX.length) : username;
}
