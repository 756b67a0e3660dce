import { startRedshift } from '../../local/servers/redshift/server.ts';
import { digestLiteral } from '../../shared/databases/redshift/set-password.ts';
import { postgresMember } from '../postgres-family.ts';

export const demoEngine = postgresMember(
  {
    name: 'redshift',
    dbname: 'dev',
    title: (version) => `a stand-in for Redshift (PostgreSQL ${version} with its system views)`,
    // Nobody less sees and gives the rights of others in Redshift.
    superuserIs: 'SUPERUSER',
    creation: ({ username, password }, name, attributes) =>
      `CREATE USER ${name} ${attributes} PASSWORD ${digestLiteral(username, password)}`,
  },
  startRedshift,
);
