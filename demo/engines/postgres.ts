import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { startPostgres } from '../../local/servers/postgres/server.ts';
import { verifierText } from '../../shared/databases/postgres/verifier.ts';
import { postgresMember } from '../postgres-family.ts';

export const demoEngine = postgresMember(
  {
    name: 'postgres',
    dbname: 'postgres',
    title: (version) => `PostgreSQL ${version}`,
    superuserIs: 'CREATEROLE CREATEDB',
    creation: async ({ username, password }, name, attributes) => {
      const kept = { kind: 'scram-sha-256', iterations: 4096, salt: randomBytes(16) } as const;
      const verifier = await verifierText(kept, username, password);
      return `CREATE ROLE ${name} LOGIN ${attributes} PASSWORD ${pg.escapeLiteral(verifier)}`;
    },
  },
  // Every statement is logged, with what was bound to it, so that a password that is sent in clear would be found there.
  () =>
    startPostgres({
      settings: {
        log_connections: 'on',
        log_statement: 'all',
        log_min_error_statement: 'debug5',
        log_parameter_max_length_on_error: '-1',
      },
    }),
);
