/** Plays the tables of docs/architecture.md. */
import { describe, expect, it } from 'vitest';
import type { RotationError } from '../../shared/rotation/errors.ts';
import { rotationSteps } from '../../shared/rotation/strategy.ts';
import { singleUserStrategy } from '../../shared/strategies/single-user.ts';
import { step } from '../conformance/rotate.ts';
import type { MemoryWorld } from '../support/memory-world.ts';
import { memoryWorld } from '../support/memory-world.ts';
import { byLabel } from '../support/store.ts';
import { page, table } from './pages.ts';

const text = page('docs/architecture.md');

async function begun() {
  const world = memoryWorld(singleUserStrategy);
  const token = await world.store.begin();
  const { AWSCURRENT: current = '' } = await byLabel(world.store);
  return { world, token, current };
}

describe.each([
  ['by default', '### Labels, step by step', {}],
  ['with CUTOVER=finish', 'With `CUTOVER=finish`:', { cutover: 'finish' as const }],
])('the table of labels %s', (_, heading, options) => {
  it('is what the steps do', async () => {
    const { world, token, current } = await begun();
    const row = async (name: string) => {
      const labels = await world.store.labels();
      return [name, ...[current, token].map((version) => [...(labels[version] ?? [])].sort().join(', '))];
    };

    const played = [await row('before')];
    for (const name of rotationSteps) {
      await step(world, token, name, options);
      played.push(await row(name));
    }

    expect(table(text, heading)).toEqual(played);
  });
});

/** Each situation of the table, by its words there. */
const situations: Record<string, (at: { world: MemoryWorld; token: string; current: string }) => Promise<string>> = {
  'rotation is off': async ({ world, token }) => {
    await world.store.switchOff();
    return token;
  },
  'B has no label': async ({ world, token }) => {
    await world.store.abandon();
    return token;
  },
  'B has another label, but neither AWSPENDING nor AWSCURRENT': async ({ world, current }) => {
    await world.store.putCurrent((await world.store.valueOf(current)) ?? '');
    return current;
  },
  'B is AWSCURRENT': async ({ current }) => current,
  'B is AWSPENDING and has no value': async ({ token }) => token,
  'C became AWSCURRENT by hand': async ({ world, token, current }) => {
    await world.store.putCurrent((await world.store.valueOf(current)) ?? '');
    return token;
  },
};

describe('the table of other situations', () => {
  const rows = table(text, 'When a step begins and the labels are otherwise:');

  it('names the situations that are played here', () => {
    expect(rows.map(([situation]) => situation)).toEqual(Object.keys(situations));
  });

  it.each(rows)('%s: %s', async (situation, outcome) => {
    const at = await begun();
    const token = (await situations[situation ?? '']?.(at)) ?? '';

    const played = await step(at.world, token, 'setSecret').then(
      () => 'returns',
      (error: RotationError) => error.code,
    );

    expect(played).toBe(outcome);
  });
});
