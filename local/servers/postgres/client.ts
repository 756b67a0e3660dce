import pg from 'pg';
import type { LocalServer } from '../local-server.ts';

type Place = Pick<LocalServer, 'host' | 'port' | 'superuser' | 'ca'>;

/** Lets `work` use a connection of the superuser. */
export async function asSuperuser<T>(
  { host, port, superuser, ca }: Place,
  work: (client: pg.Client) => Promise<T>,
  database = 'postgres',
): Promise<T> {
  const { username: user, password } = superuser;
  const client = new pg.Client({ host, port, user, password, database, ssl: { ca } });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
