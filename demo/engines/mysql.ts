import mysql from 'mysql2';
import { availableMysql, startMysql } from '../../local/servers/mysql/server.ts';
import { mysqlMember, talkative } from '../mysql-family.ts';

export const demoEngine = mysqlMember(
  {
    product: 'MySQL',
    strategies: ['single-user', 'alternating-users', 'dual-password', 'superuser-set'],
    missing: () => (availableMysql() === undefined ? 'MySQL' : undefined),
    // MySQL writes <secret> into its logs instead.
    identifiedBy: (password) => `IDENTIFIED BY ${mysql.escape(password)}`,
    dualRight: 'APPLICATION_PASSWORD_ADMIN',
  },
  () => startMysql({ settings: talkative }),
);
