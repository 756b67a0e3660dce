import { createHash } from 'node:crypto';
import { availableMariadb, startMariadb } from '../../servers/mariadb/server.ts';
import type { DemoEngine } from '../engine.ts';
import { login, startMember } from '../mysql-family.ts';

export const demoEngine: DemoEngine = {
  bundle: 'dist/mariadb/index.mjs',
  functions: {
    'single-user': 'singleUser',
    'alternating-users': 'alternatingUsers',
    'superuser-set': 'superuserSet',
  },
  login,
  missing: () => (availableMariadb() === undefined ? 'MariaDB' : undefined),
  start: () =>
    startMember(
      {
        product: 'MariaDB',
        superuserNeeds: [],
        // MariaDB's general log shows a password as it was sent.
        identifiedBy: (password) =>
          `IDENTIFIED VIA mysql_native_password USING '*${sha1(sha1(password)).toString('hex')}'`,
        rightsFor: () => [],
      },
      startMariadb,
    ),
};

const sha1 = (data: string | Buffer) => createHash('sha1').update(data).digest();
