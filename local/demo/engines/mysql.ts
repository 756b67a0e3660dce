import mysql from 'mysql2';
import { availableMysql, startMysql } from '../../servers/mysql/server.ts';
import type { DemoEngine } from '../engine.ts';
import { login, startMember } from '../mysql-family.ts';

const DUAL = 'APPLICATION_PASSWORD_ADMIN';

export const demoEngine: DemoEngine = {
  bundle: 'dist/mysql/index.mjs',
  functions: {
    'single-user': 'singleUser',
    'alternating-users': 'alternatingUsers',
    'dual-password': 'dualPassword',
    'superuser-set': 'superuserSet',
  },
  login,
  missing: () => (availableMysql() === undefined ? 'MySQL' : undefined),
  start: () =>
    startMember(
      {
        product: 'MySQL',
        superuserNeeds: [DUAL],
        // MySQL writes <secret> into its logs instead.
        identifiedBy: (password) => `IDENTIFIED BY ${mysql.escape(password)}`,
        rightsFor: (strategy) => (strategy === 'dual-password' ? [DUAL] : []),
      },
      startMysql,
    ),
};
