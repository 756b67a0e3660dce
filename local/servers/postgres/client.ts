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

/** Whether this value of a secret opens the server. Undefined when it is for another one. */
export function tryLogin(
  { host, port, ca }: Place,
  text: string,
): Promise<'opened' | 'refused' | 'failed'> | undefined {
  const value = valueIn(text);
  if (value?.host !== host || Number(value.port) !== port) return undefined;
  return login(
    new pg.Client({
      host,
      port,
      user: String(value.username),
      password: String(value.password),
      database: String(value.dbname ?? 'postgres'),
      ssl: { ca },
      connectionTimeoutMillis: 2_000,
    }),
  );
}

async function login(client: pg.Client): Promise<'opened' | 'refused' | 'failed'> {
  client.on('error', () => undefined);
  try {
    await client.connect();
    return 'opened';
  } catch (error) {
    // invalid_password and invalid_authorization_specification
    return ['28P01', '28000'].includes(String((error as { code?: unknown }).code)) ? 'refused' : 'failed';
  } finally {
    await client.end().catch(() => undefined);
  }
}

function valueIn(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return Object(JSON.parse(text));
  } catch {
    return undefined;
  }
}
