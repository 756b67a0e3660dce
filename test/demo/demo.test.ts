import { describe, expect, it, onTestFinished } from 'vitest';
import { runDemo } from '../../demo/demo.ts';
import type { DemoDatabase } from '../../demo/engine.ts';
import { demoEngine } from '../../demo/engines/postgres.ts';

/** The demo's database, changed a little. */
function tamper(change: (database: DemoDatabase) => Partial<DemoDatabase>): void {
  const engine = demoEngine as { start: () => Promise<DemoDatabase> };
  const { start } = engine;
  engine.start = async () => {
    const database = await start();
    return { ...database, ...change(database) };
  };
  onTestFinished(() => {
    engine.start = start;
  });
}

describe('the demo', () => {
  it('does not claim what did not happen: here the functions do not trust the server, and a password is in its log', async () => {
    tamper(({ superuser, log }) => ({ environment: {}, log: () => `${log()}\n${superuser.password}` }));
    const { signal } = new AbortController();

    const { held, rotations, claims } = await runDemo({
      engine: 'postgres',
      mode: 'warm',
      signal,
      progress: () => {},
      enforceRoles: true,
    });

    const broken = [...claims, ...rotations.flatMap((rotation) => rotation.claims)].filter((claim) => !claim.held);
    expect(held).toBe(false);
    expect(broken.map(({ text }) => text)).toEqual([
      'no password in a log or a message',
      'orders: the rotation succeeded',
      'orders: AWSCURRENT is on the new version',
      'orders: AWSPREVIOUS is on the old version',
      'orders: AWSPENDING is gone',
      'orders: the application works with the new value',
      'orders: the old password is refused',
      'orders: SNS tells of the success',
      'billing: the rotation succeeded',
      'billing: AWSCURRENT is on the new version',
      'billing: AWSPREVIOUS is on the old version',
      'billing: AWSPENDING is gone',
      'billing: the application works with the new value',
      'billing: SNS tells of the success',
    ]);
    expect(rotations.map(({ failure }) => failure)).toEqual([
      expect.stringMatching(/^UnreachableError: /),
      expect.stringMatching(/^UnreachableError: /),
    ]);
    expect(rotations.map(({ notification }) => notification?.body.outcome)).toEqual(['failed', 'failed']);
  });
});
