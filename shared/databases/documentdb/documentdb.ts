/** Amazon DocumentDB with the APIs of MongoDB 3.6 to 8.0, and MongoDB itself. Page: docs/engines/documentdb.md */
import type { DatabaseEngine, DatabaseSession } from '../engine.ts';
import { baseOf, counterpartWithin } from '../names.ts';

/** Of the primary user: https://docs.aws.amazon.com/documentdb/latest/developerguide/db-cluster-parameters.html. MongoDB has no limit. */
const counterpart = counterpartWithin({ longest: 63, unit: 'bytes', title: 'DocumentDB' });

export const documentdb = {
  name: 'documentdb',
  accepts: ['mongo', 'docdb', 'documentdb'],
  defaults: { port: 27017 },
  // DocumentDB's own rule names slash, double quote and at: the page above. A space breaks the tools that read connection strings.
  password: { minLength: 8, maxLength: 100, forbidden: '/"@ ', excludedByDefault: '/@"\'\\' },

  counterpart,
  refusedFor: 'that authSource names the database which the user is in (absent: admin)',

  async connect(login, ctx): Promise<DatabaseSession> {
    // Three steps of four never connect; they start without the driver.
    const { openSession } = await import('./session.ts');
    return openSession(login, { defaults: documentdb.defaults, baseOf }, ctx);
  },
} satisfies DatabaseEngine;
