/** One Redshift, or its stand-in, and one sandbox, shared by the worlds of a test file; each world has users of its own. */
import pg from 'pg';
import type { Sandbox } from '../../local/sandbox.ts';
import { startSandbox } from '../../local/sandbox.ts';
import type { DatabaseEngine } from '../../shared/databases/engine.ts';
import { redshift } from '../../shared/databases/redshift/redshift.ts';
import type { DatabaseSecret } from '../../shared/databases/secret.ts';
import type { SuperuserSource } from '../../shared/databases/strategies/superuser-source.ts';
import { AuthenticationError } from '../../shared/rotation/errors.ts';
import type { RotationStrategy } from '../../shared/rotation/strategy.ts';
import type { DatabaseWorld } from '../conformance/world.ts';
import { timelessContext } from './context.ts';
import { testRedshift } from './redshift-server.ts';
import { sandboxClient, sandboxStore } from './sandbox-store.ts';

export interface RedshiftHouse {
  readonly sandbox: Sandbox;
  world(
    strategy: (engine: DatabaseEngine, source: SuperuserSource) => RotationStrategy<DatabaseSecret>,
  ): Promise<DatabaseWorld>;
  close(): Promise<void>;
}

export async function redshiftHouse(): Promise<RedshiftHouse> {
  const server = await testRedshift();
  const sandbox = await startSandbox({ automaticRetries: 0 });
  const client = sandboxClient(sandbox);
  let users = 0;
  let readUpTo = 0;

  return {
    sandbox,
    async world(strategy) {
      const username = `app${++users}`;
      await server.createUser(username, 'First-password-1');
      const secret = { ...server.login(username, 'First-password-1'), masterarn: 'arn:superuser' };
      return {
        store: await sandboxStore(sandbox, client, JSON.stringify(secret)),
        strategy: (plan) => strategy(plan.engine(redshift), { superuserFor: async () => server.superuser }),
        context: (given) => timelessContext({ trust: server.context.trust, ...given }),
        async opens(value) {
          try {
            await (await redshift.connect(value, server.context)).close();
            return true;
          } catch (error) {
            if (error instanceof AuthenticationError) return false;
            throw error;
          }
        },
        setPassword: async (name, value) =>
          void (await server.sql(`ALTER USER ${pg.escapeIdentifier(name)} PASSWORD ${pg.escapeLiteral(value)}`)),
        // A live cluster keeps its log elsewhere: there this number is always 0.
        async refusedLogins() {
          const log = await server.log();
          const fresh = log.slice(readUpTo);
          readUpTo = log.length;
          return fresh.split('password authentication failed').length - 1;
        },
        async openSessions() {
          if (!server.isStandIn) return server.openSessions();
          const [row] = await server.sql(
            "SELECT count(*)::int AS n FROM pg_stat_activity WHERE application_name = 'rekey' AND usename LIKE $1",
            [`${username}%`],
          );
          return Number(row?.n);
        },
      };
    },
    async close() {
      client.destroy();
      await sandbox.close();
      await server.stop();
    },
  };
}
