import { createHash } from 'node:crypto';
import { availableMariadb, startMariadb } from '../../local/servers/mariadb/server.ts';
import { mysqlMember, talkative } from '../mysql-family.ts';

export const demoEngine = mysqlMember(
  {
    product: 'MariaDB',
    strategies: ['single-user', 'alternating-users', 'superuser-set'],
    missing: () => (availableMariadb() === undefined ? 'MariaDB' : undefined),
    // MariaDB's general log shows a password as it was sent.
    identifiedBy: (password) => `IDENTIFIED VIA mysql_native_password USING '*${sha1(sha1(password)).toString('hex')}'`,
  },
  () => startMariadb({ settings: talkative }),
);

const sha1 = (data: string | Buffer) => createHash('sha1').update(data).digest();
