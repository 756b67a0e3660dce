import { describe, expect, it, onTestFinished } from 'vitest';
import { type DemoFigures, runDemo } from '../../demo/demo.ts';
import { engineNames, loadEngine } from '../../demo/engine.ts';
import { countsIn } from '../../demo/mysql-family.ts';
import { countsIn as postgresCountsIn } from '../../demo/postgres-family.ts';
import { type StrategyName, strategies } from '../../demo/strategies.ts';
import { UsageError } from '../../terminal/usage.ts';
import { unavailable } from '../support/servers.ts';

const demo = (engine: string): Promise<DemoFigures> =>
  runDemo({ engine, mode: 'warm', signal: new AbortController().signal, progress: () => {}, enforceRoles: true });
const broken = ({ claims, rotations }: DemoFigures) =>
  [...claims, ...rotations.flatMap((rotation) => rotation.claims)].filter((claim) => !claim.held);

const missing: string[] = [];
for (const name of engineNames()) {
  if ((await loadEngine(name)).missing?.() !== undefined) missing.push(name);
}
/** What the report says of a strategy, where everything goes well. */
const expected: Readonly<Partial<Record<StrategyName, object>>> = {
  'single-user': { oldPassword: 'refused' },
  'alternating-users': {
    oldPassword: 'opened',
    users: { before: 'billing', after: 'billing_clone' },
    client: { refused: 0, failed: 0 },
  },
  'dual-password': {
    oldPassword: 'opened',
    users: { before: 'invoices', after: 'invoices' },
    client: { refused: 0, failed: 0 },
  },
};

describe('the demo', () => {
  // PostgreSQL's is run as a program: main.test.ts
  for (const engine of engineNames().filter((name) => name !== 'postgres')) {
    const isMissing = missing.includes(engine);
    const reason = isMissing ? `: ${unavailable({ engine, reason: 'not installed: npm run servers' })}` : '';

    it.skipIf(isMissing)(`holds what it claims on ${engine}${reason}`, async () => {
      const figures = await demo(engine);

      expect(broken(figures)).toEqual([]);
      const { strategies: own, missing: mayBeMissing } = await loadEngine(engine);
      const played = own.filter((strategy) => strategy in expected);
      expect(figures.server).toMatch(
        // What cannot be missing is not the product, which would have to be installed.
        new RegExp(mayBeMissing ? `^${engine} \\d` : `^a stand-in for ${engine}`, 'i'),
      );
      expect(figures.rotations).toMatchObject(
        played.map((strategy) => {
          const { calls: callCount, logins } = strategies[strategy];
          return { strategy, callCount, logins, refusedLogins: 0, ...expected[strategy] };
        }),
      );
    });
  }

  it('says how to install a server that is missing, and starts nothing', async () => {
    const engine = (await loadEngine('mysql')) as { missing?: () => string | undefined };
    const { missing: before } = engine;
    engine.missing = () => 'MySQL';
    onTestFinished(() => {
      if (before) engine.missing = before;
    });

    const running = demo('mysql');

    await expect(running).rejects.toThrow(UsageError);
    await expect(running).rejects.toMatchObject({
      message: '--engine mysql: MySQL is not installed',
      hint: 'next: npm run servers',
    });
  });
});

describe('the general log of MySQL and MariaDB', () => {
  it('tells logins of functions, which choose no database, from those of applications and refused ones', () => {
    const log = [
      '2026-01-01T00:00:00.000000Z\t    9 Connect\torders@127.0.0.1 on  using SSL/TLS',
      "\t\t    9 Query\tSELECT '1 Connect'",
      '\t\t   10 Connect\torders@127.0.0.1 on shop using SSL/TLS',
      '\t\t   11 Connect\torders@127.0.0.1 on shop using SSL/TLS',
      "\t\t   11 Connect\tAccess denied for user 'orders'@'127.0.0.1' (using password: YES)",
      '\t\t   12 Connect\torders@127.0.0.1 on  using SSL/TLS',
      "\t\t   12 Connect\tAccess denied for user 'orders'@'127.0.0.1' (using password: YES)",
    ].join('\n');

    const counted = countsIn(log);

    expect(counted).toEqual({ openedByFunctions: 1, refused: 2, statements: 1 });
  });
});

describe('the log of PostgreSQL', () => {
  it('tells logins of functions, which need not say who they are, from those of applications and refused ones', () => {
    const log = [
      'LOG:  connection authorized: user=orders database=postgres application_name=rekey SSL enabled (protocol=TLSv1.3)',
      'LOG:  connection authorized: user=orders database=postgres SSL enabled (protocol=TLSv1.3)',
      'LOG:  connection authorized: user=orders database=postgres application_name=client SSL enabled (protocol=TLSv1.3)',
      'FATAL:  password authentication failed for user "orders"',
      "LOG:  statement: SELECT 'LOG: statement'",
      'LOG:  execute <unnamed>: SELECT $1',
    ].map((line) => `2026-01-01 00:00:00.000 UTC [9] ${line}`);

    const counted = postgresCountsIn(log.join('\n'));

    expect(counted).toEqual({ openedByFunctions: 2, refused: 1, statements: 2 });
  });
});
