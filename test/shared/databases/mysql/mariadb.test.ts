/** The engine suite on MariaDB, the newest alone without the whole matrix, and the cases that MySQL and MariaDB share: mysql.case.ts */
import { afterAll, describe, it } from 'vitest';
import { availableMariadb, type MariadbSeries } from '../../../../local/servers/mariadb/server.ts';
import { mariadb } from '../../../../shared/databases/mysql/mariadb.ts';
import { describeEngine } from '../../../conformance/engine.case.ts';
import { isWholeMatrix, LEFT_OUT } from '../../../support/matrix.ts';
import { realMariadb } from '../../../support/mysql-server.ts';
import { announce, unavailable } from '../../../support/servers.ts';
import { describeMariadbAlone } from './mariadb-alone.case.ts';
import { describeMysqlFamily } from './mysql.case.ts';
import { describeMysqlConnecting } from './mysql-connecting.case.ts';
import { describeMysqlInUse } from './mysql-in-use.case.ts';
import { describeMysqlKilled } from './mysql-killed.case.ts';
import { describeMysqlLacking } from './mysql-lacking.case.ts';
import { describeMysqlPairs } from './mysql-pairs.case.ts';
import { describeMysqlPooled } from './mysql-pooled.case.ts';
import { describeMysqlRehearsals } from './mysql-rehearsals.case.ts';
import { describeMysqlRoundTrips } from './mysql-round-trips.case.ts';
import { describeMysqlVerifiers } from './mysql-verifiers.case.ts';

const seenOnTheNewest = [
  {
    test: 'gives up on a host that takes the connection and says nothing, in seconds',
    reason: 'no server is involved; played once, on 11.8',
  },
  {
    test: 'gives up on a host that drops packets, in seconds',
    reason: 'no server is involved; played once, on 11.8',
  },
];

const NEWEST = '11.8';
const FROM_DEBIAN = 'a real server, from Debian';
const series: readonly (readonly [MariadbSeries, name: string, from: string])[] = [
  ['11.8', 'mariadb11', FROM_DEBIAN],
  ['11.4', 'mariadb114', "a real server, upstream's, from Maven Central"],
  ['10.11', 'mariadb', FROM_DEBIAN],
  ['10.5', 'mariadb105', FROM_DEBIAN],
];

for (const [number, name, from] of series) {
  const isHere = availableMariadb(number) !== undefined;
  const missing = isHere ? number !== NEWEST && !isWholeMatrix && LEFT_OUT : 'not installed: npm run servers';
  if (missing) {
    const reason = unavailable({ engine: name, reason: missing });
    it.skip(`MariaDB ${number}: ${reason}`, () => {});
    continue;
  }
  const server = await realMariadb({ series: number });
  announce({ engine: name, server: from, version: server.version });
  describe(`MariaDB ${server.version}`, () => {
    afterAll(() => server.stop());
    describeEngine({ engine: mariadb, server, skip: number === NEWEST ? [] : seenOnTheNewest });
    describeMysqlFamily(mariadb, server);
    describeMariadbAlone(server);
    describeMysqlConnecting(mariadb, server);
    describeMysqlPairs(mariadb, server);
    describeMysqlPooled(mariadb, server);
    describeMysqlInUse(mariadb, server);
    describeMysqlKilled(mariadb, server);
    describeMysqlLacking(mariadb, server);
    describeMysqlRehearsals(mariadb, server);
    describeMysqlRoundTrips(mariadb, server);
    describeMysqlVerifiers(mariadb, server);
  });
}
