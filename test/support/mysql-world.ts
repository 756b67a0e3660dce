/** One real MySQL or MariaDB server and one sandbox, shared by the worlds of a test file; each world has users of its own. */
import { afterAll, it } from 'vitest';
import { startSandbox } from '../../local/sandbox.ts';
import { availableMariadb } from '../../local/servers/mariadb/server.ts';
import { availableMysql } from '../../local/servers/mysql/server.ts';
import type { DatabaseEngine } from '../../shared/databases/engine.ts';
import { mariadb } from '../../shared/databases/mysql/mariadb.ts';
import { mysql } from '../../shared/databases/mysql/mysql.ts';
import type { DatabaseSecret } from '../../shared/databases/secret.ts';
import type { SuperuserSource } from '../../shared/databases/strategies/superuser-source.ts';
import { AuthenticationError } from '../../shared/rotation/errors.ts';
import { patiently, pause } from '../../shared/rotation/pause.ts';
import type { RotationStrategy } from '../../shared/rotation/strategy.ts';
import type { StrategySuite } from '../conformance/strategy.case.ts';
import { describeStrategy } from '../conformance/strategy.case.ts';
import type { DatabaseWorld } from '../conformance/world.ts';
import { timelessContext } from './context.ts';
import type { RealMysql } from './mysql-server.ts';
import { realMariadb, realMysql } from './mysql-server.ts';
import { sandboxClient, sandboxStore } from './sandbox-store.ts';
import { unavailable } from './servers.ts';

type Make = (engine: DatabaseEngine, source: SuperuserSource) => RotationStrategy<DatabaseSecret>;

const products = {
  mysql: { title: 'MySQL', engine: mysql, isHere: () => availableMysql() !== undefined, start: realMysql },
  mariadb: { title: 'MariaDB', engine: mariadb, isHere: () => availableMariadb() !== undefined, start: realMariadb },
};

export interface MysqlHouse {
  readonly title: string;
  readonly server: RealMysql;
  /** How many reads after each write of the store are stale. */
  lag(reads: number): void;
  /** `options` are those of ALTER USER, `grants` those of GRANT; each user gets them before its secret is made. */
  world(
    strategy: Make,
    more?: { readonly grants?: string | undefined; readonly options?: string; readonly suffix?: string },
  ): Promise<DatabaseWorld>;
}

/** Undefined, with a printed reason, where the server is not installed. */
export async function mysqlHouse(product: keyof typeof products, what: string): Promise<MysqlHouse | undefined> {
  const { title, isHere, start, engine } = products[product];
  if (!isHere()) {
    const reason = unavailable({ engine: product, reason: 'not installed: npm run servers' });
    it.skip(`${what} on ${title}: ${reason}`, () => {});
    return undefined;
  }
  const server = await start();
  const sandbox = await startSandbox({ automaticRetries: 0 });
  const client = sandboxClient(sandbox);
  let users = 0;
  let readUpTo = 0;
  afterAll(async () => {
    client.destroy();
    await sandbox.close();
    await server.stop();
  });

  const world: MysqlHouse['world'] = async (strategy, { grants, options, suffix = '' } = {}) => {
    const number = ++users;
    const username = `app${number}${suffix}`;
    await server.createUser(username, `first password ${number}`);
    if (grants !== undefined) await server.sql(`GRANT ${grants} TO ${username}`);
    if (options !== undefined) await server.sql(`ALTER USER ${username} ${options}`);
    const secret = { ...server.login(username, `first password ${number}`), masterarn: 'arn:superuser' };
    const context: DatabaseWorld['context'] = (given) => timelessContext({ trust: server.context.trust, ...given });
    return {
      store: await sandboxStore(sandbox, client, JSON.stringify(secret)),
      strategy: (plan) => strategy(plan.engine(engine), { superuserFor: async () => server.superuser }),
      context,
      async opens(value) {
        try {
          await (await engine.connect(value, context({}))).close();
          return true;
        } catch (error) {
          if (error instanceof AuthenticationError) return false;
          throw error;
        }
      },
      setPassword: async (name, password) => void (await server.sql('ALTER USER ? IDENTIFIED BY ?', [name, password])),
      async refusedLogins() {
        const log = await server.generalLog();
        const fresh = log.slice(readUpTo);
        readUpTo = log.length;
        return fresh.split('Access denied for user').length - 1;
      },
      openSessions: () => sessionsOf(server, [username, `${username}_clone`]),
    };
  };
  return {
    title,
    server,
    world,
    lag: (reads) => {
      sandbox.faults.staleReads = reads;
    },
  };
}

/** The strategy suite on a real server, or a printed reason why not. `grants` go to each user before its secret is made. */
export async function describeStrategyOn(
  product: keyof typeof products,
  strategy: Make,
  suite: Pick<StrategySuite, 'name' | 'outage' | 'logins' | 'crashes'> & { readonly grants?: string },
): Promise<void> {
  const house = await mysqlHouse(product, suite.name);
  if (house === undefined) return;
  describeStrategy({
    ...suite,
    name: `${suite.name} on ${house.title}`,
    world: () => {
      house.lag(0);
      return house.world(strategy, { grants: suite.grants });
    },
    lag: (_world, reads) => house.lag(reads),
  });
}

/** The server takes a session off its list a moment after its connection is closed: one that stays is what counts. */
async function sessionsOf(server: RealMysql, users: readonly string[]): Promise<number> {
  const count = async () => {
    const list = 'SELECT count(*) AS n FROM information_schema.processlist WHERE user IN (?)';
    return Number((await server.sql(list, [users]))[0]?.n);
  };
  return patiently(count, (open) => open === 0, [10, 20, 50, 100, 500], pause(new AbortController().signal));
}
