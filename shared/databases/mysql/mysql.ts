/** MySQL 8.0, 8.4 and 9, also RDS and Aurora. Page: docs/engines/mysql.md */
import type { DatabaseEngine } from '../engine.ts';
import { counterpartWithin } from '../names.ts';

/** https://dev.mysql.com/doc/refman/8.4/en/user-names.html */
const counterpart = counterpartWithin({ longest: 32, unit: 'characters', title: 'MySQL' });
const PORT = 3306;

export const mysql = {
  name: 'mysql',
  accepts: ['mysql', 'aurora-mysql'],
  defaults: { port: PORT },
  password: { maxLength: 255, forbidden: '', excludedByDefault: '/@"\'\\' },
  counterpart,

  async connect(login, ctx) {
    // Three steps of four never connect; they start without the driver.
    const { openSession } = await import('./session.ts');
    return openSession(login, { port: PORT, product: 'MySQL' }, ctx);
  },
} satisfies DatabaseEngine;
