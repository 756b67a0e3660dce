/** The engine suite on MySQL, and the cases that MySQL and MariaDB share: mysql.case.ts */
import { afterAll, describe, it } from 'vitest';
import { availableMysql } from '../../../../local/servers/mysql/server.ts';
import { mysql } from '../../../../shared/databases/mysql/mysql.ts';
import { describeEngine } from '../../../conformance/engine.case.ts';
import { realMysql } from '../../../support/mysql-server.ts';
import { announce, unavailable } from '../../../support/servers.ts';
import { describeMysqlFamily } from './mysql.case.ts';
import { describeMysqlAlone } from './mysql-alone.case.ts';
import { describeMysqlConnecting } from './mysql-connecting.case.ts';
import { describeDualPasswords } from './mysql-dual-passwords.case.ts';
import { describeMysqlInUse } from './mysql-in-use.case.ts';
import { describeMysqlKilled } from './mysql-killed.case.ts';
import { describeMysqlLacking } from './mysql-lacking.case.ts';
import { describeMysqlPairs } from './mysql-pairs.case.ts';
import { describeMysqlPooled } from './mysql-pooled.case.ts';
import { describeMysqlRehearsals } from './mysql-rehearsals.case.ts';
import { describeMysqlRoundTrips } from './mysql-round-trips.case.ts';
import { describeMysqlVerifiers } from './mysql-verifiers.case.ts';

if (availableMysql() === undefined) {
  const reason = unavailable({ engine: 'mysql', reason: 'not installed: npm run servers' });
  it.skip(`MySQL: ${reason}`, () => {});
} else {
  const server = await realMysql();
  announce({ engine: 'mysql', server: 'a real server, from Debian', version: server.version });
  describe(`MySQL ${server.version}`, () => {
    afterAll(() => server.stop());
    describeEngine({ engine: mysql, server });
    describeMysqlFamily(mysql, server);
    describeMysqlConnecting(mysql, server);
    describeMysqlPairs(mysql, server);
    describeMysqlPooled(mysql, server);
    describeMysqlInUse(mysql, server);
    describeMysqlKilled(mysql, server);
    describeMysqlLacking(mysql, server);
    describeMysqlRehearsals(mysql, server);
    describeMysqlRoundTrips(mysql, server);
    describeMysqlVerifiers(mysql, server);
    describeMysqlAlone(server);
    describeDualPasswords(server);
  });
}
