/** Plays the tables of labels in docs/architecture.md, and compares the one that shows the vectors. */
import { describe, expect, it } from 'vitest';
import { singleUserStrategy } from '../../shared/databases/strategies/single-user.ts';
import { rotationSteps } from '../../shared/rotation/strategy.ts';
import { step } from '../conformance/rotate.ts';
import { memoryWorld } from '../support/memory-world.ts';
import { byLabel } from '../support/store.ts';
import { page, table } from './pages.ts';
import { vectorRows } from './vectors.ts';

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

describe('the table of cases', () => {
  it('is that of the vectors', () => {
    expect(table(text, 'Every case that is agreed')).toEqual(vectorRows());
  });
});
