/** MariaDB 10.6 to 11, also RDS. Page: docs/engines/mariadb.md */
import type { DatabaseEngine } from '../engine.ts';
import { counterpartWithin } from '../names.ts';

/** https://mariadb.com/kb/en/identifier-names/#maximum-length */
const counterpart = counterpartWithin({ longest: 80, unit: 'characters', title: 'MariaDB' });
const PORT = 3306;

export const mariadb = {
  name: 'mariadb',
  accepts: ['mariadb'],
  defaults: { port: PORT },
  password: { maxLength: 255, forbidden: '', excludedByDefault: '/@"\'\\' },
  counterpart,

  async connect(login, ctx) {
    // Three steps of four never connect; they start without the driver.
    const { openSession } = await import('./session.ts');
    return openSession(login, { port: PORT, product: 'MariaDB' }, ctx);
  },
} satisfies DatabaseEngine;
