import { randomBytes, randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Sandbox } from './sandbox.ts';
import { asSuperuser } from './servers/postgres/client.ts';
import type { PostgresServer } from './servers/postgres/server.ts';

export const topicName = 'rekey-rotations';
export const superuserSecret = 'postgres-superuser';
export const applicationUser = 'app';

export interface Seed {
  /** The ARN of the region's topic for notifications, which is there from now on. */
  topicIn(region: string): Promise<string>;
  /** The value for a secret of the application's user. A file, because a password has no place on a command line. */
  readonly secretFile: string | undefined;
  /** The value in that file, or one for another user, which is made. */
  value(username?: string): Promise<string | undefined>;
  /** Puts everything into the sandbox, again after a reset. */
  plant(): Promise<void>;
}

/** What `npm run sandbox` starts with: a topic for notifications, and a database user with a secret value to try a rotation with. */
export function createSeed(sandbox: Sandbox, database: PostgresServer | undefined): Seed {
  const { region } = sandbox.account;
  const topicIn = async (there: string) => {
    const { TopicArn } = (await sandbox.sns.call('CreateTopic', { Name: topicName }, { region: there })) ?? {};
    return String(TopicArn);
  };
  let masterarn: unknown;
  const valueFor = async (username: string, there: PostgresServer) => {
    const password = randomBytes(24).toString('base64url');
    await setPassword(there, username, password);
    return JSON.stringify({ ...placeOf(there), username, password, masterarn }, null, 2);
  };
  // In the folder of the database, which goes with it, however this process ends.
  const secretFile = database && join(dirname(database.logFile), `${applicationUser}.json`);
  return {
    topicIn,
    secretFile,
    value: async (username) => {
      if (!database || !secretFile) return undefined;
      return username === undefined ? readFileSync(secretFile, 'utf8') : valueFor(username, database);
    },
    plant: async () => {
      await topicIn(region);
      if (!database || !secretFile) return;
      const superuser = await sandbox.secretsManager.call(
        'CreateSecret',
        {
          Name: superuserSecret,
          ClientRequestToken: randomUUID(),
          SecretString: JSON.stringify({ ...placeOf(database), ...database.superuser }),
        },
        { region },
      );
      masterarn = superuser?.ARN;
      writeFileSync(secretFile, `${await valueFor(applicationUser, database)}\n`, { mode: 0o600 });
    },
  };
}

const placeOf = ({ host, port }: PostgresServer) => ({ engine: 'postgres', host, port, dbname: 'postgres' });

function setPassword(database: PostgresServer, username: string, password: string): Promise<void> {
  return asSuperuser(database, async (client) => {
    const { rowCount } = await client.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [username]);
    const role = `ROLE ${client.escapeIdentifier(username)} LOGIN PASSWORD ${client.escapeLiteral(password)}`;
    await client.query(rowCount ? `ALTER ${role}` : `CREATE ${role}`);
  });
}
