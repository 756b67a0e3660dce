import { describe, expect, it, onTestFinished } from 'vitest';
import type { ProviderAct } from '../../demo/provider/act.ts';
import { runProviderDemo } from '../../demo/provider/demo.ts';
import { act } from '../../demo/providers/sendgrid.ts';

const { signal } = new AbortController();

describe('the demonstration of a provider', () => {
  it('shows a rotation, a crash and a revocation, and all its checks hold, with the rights that the stack gives', async () => {
    const { held, scenes } = await runProviderDemo('sendgrid', signal, () => {}, true);

    expect(held).toBe(true);
    expect(scenes.map(({ live }) => live)).toEqual([2, 2, 1]);
    expect(scenes[2]?.subjects.at(-1)).toMatch(/has no older credential any more$/);
  });

  it('does not claim what did not happen: here the double keeps every key alive', async () => {
    const changed: { start: ProviderAct['start'] } = act;
    const { start } = act;
    onTestFinished(() => {
      changed.start = start;
    });
    changed.start = async () => {
      const double = await start();
      const troubles = Array.from({ length: 99 }, () => ({ method: 'DELETE', trouble: { status: 204 } }));
      double.troubles.push(...troubles);
      return double;
    };

    const { held, scenes } = await runProviderDemo('sendgrid', signal, () => {});

    const broken = scenes.flatMap(({ claims }) => claims.filter((one) => !one.held).map(({ text }) => text));
    expect(held).toBe(false);
    expect(broken).toContain('the key whose value was lost is gone');
    expect(broken).toContain('thirteen hours later only AWSCURRENT lives');
  });
});
