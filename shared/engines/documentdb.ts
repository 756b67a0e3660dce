/** Amazon DocumentDB with the APIs of MongoDB 3.6 to 8.0, and MongoDB itself. Page: docs/engines/documentdb.md */
import { InvalidSecretError } from '../rotation/errors.ts';
import type { DatabaseEngine, DatabaseSession } from './engine.ts';

const SUFFIX = '_clone';
/** Of the primary user: https://docs.aws.amazon.com/documentdb/latest/developerguide/db-cluster-parameters.html. MongoDB has no limit. */
const LONGEST_NAME = 63;

export const documentdb = {
  name: 'documentdb',
  accepts: ['mongo', 'docdb', 'documentdb'],
  defaults: { port: 27017 },
  // DocumentDB's own rule names slash, double quote and at: the page above. A space breaks the tools that read connection strings.
  password: { minLength: 8, maxLength: 100, forbidden: '/"@ ', excludedByDefault: '/@"\'\\' },

  counterpart(username) {
    if (isClone(username)) return baseOf(username);
    const other = username + SUFFIX;
    if (Buffer.byteLength(other) > LONGEST_NAME) {
      throw new InvalidSecretError(`user name ${other} has more than ${LONGEST_NAME} bytes`, {
        hint: `use a user name of at most ${LONGEST_NAME - SUFFIX.length} bytes`,
      });
    }
    return other;
  },

  async connect(login, ctx): Promise<DatabaseSession> {
    // Three steps of four never connect; they start without the driver.
    const { openSession } = await import('./documentdb/session.ts');
    return openSession(login, { defaults: documentdb.defaults, baseOf }, ctx);
  },
} satisfies DatabaseEngine;

function isClone(username: string): boolean {
  return username.length > SUFFIX.length && username.endsWith(SUFFIX);
}

/** The user of a pair that people made. */
function baseOf(username: string): string {
  return isClone(username) ? username.slice(0, -SUFFIX.length) : username;
}
