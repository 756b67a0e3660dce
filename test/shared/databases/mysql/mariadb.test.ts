/** The engine suite on MariaDB, and the cases that MySQL and MariaDB share: mysql.case.ts */
import { afterAll, describe, it } from 'vitest';
import { availableMariadb, type MariadbSeries } from '../../../../local/servers/mariadb/server.ts';
import { mariadb } from '../../../../shared/databases/mysql/mariadb.ts';
import { describeEngine } from '../../../conformance/engine.case.ts';
import { realMariadb } from '../../../support/mysql-server.ts';
import { announce, unavailable } from '../../../support/servers.ts';
import { describeMariadbAlone } from './mariadb-alone.case.ts';
import { describeMysqlFamily } from './mysql.case.ts';
import { describeMysqlConnecting } from './mysql-connecting.case.ts';
import { describeMysqlInUse } from './mysql-in-use.case.ts';
import { describeMysqlPairs } from './mysql-pairs.case.ts';
import { describeMysqlVerifiers } from './mysql-verifiers.case.ts';

const seenOnTheFirst = [
  {
    test: 'gives up on a host that takes the connection and says nothing, in seconds',
    reason: 'no server is involved; played once, on 10.11',
  },
  {
    test: 'gives up on a host that drops packets, in seconds',
    reason: 'no server is involved; played once, on 10.11',
  },
];

const series: readonly (readonly [MariadbSeries, name: string])[] = [
  ['10.11', 'mariadb'],
  ['11.8', 'mariadb11'],
];

for (const [number, name] of series) {
  if (availableMariadb(number) === undefined) {
    const reason = unavailable({ engine: name, reason: 'not installed: npm run servers' });
    it.skip(`MariaDB ${number}: ${reason}`, () => {});
    continue;
  }
  const server = await realMariadb({ series: number });
  announce({ engine: name, server: 'a real server, from Debian', version: server.version });
  describe(`MariaDB ${server.version}`, () => {
    afterAll(() => server.stop());
    describeEngine({ engine: mariadb, server, skip: number === '10.11' ? [] : seenOnTheFirst });
    describeMysqlFamily(mariadb, server);
    describeMariadbAlone(server);
    describeMysqlConnecting(mariadb, server);
    describeMysqlPairs(mariadb, server);
    describeMysqlInUse(mariadb, server);
    describeMysqlVerifiers(mariadb, server);
  });
}
