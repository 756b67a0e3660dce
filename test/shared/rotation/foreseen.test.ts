/** What a step has its store read ahead, and which version it asks for then. */
import { describe, expect, it } from 'vitest';
import { singleUserStrategy } from '../../../shared/databases/strategies/single-user.ts';
import { step } from '../../conformance/rotate.ts';
import { changed, memoryWorld } from '../../support/memory-world.ts';
import { byLabel } from '../../support/store.ts';

const world = () => memoryWorld(singleUserStrategy);

describe('what a step will read is foreseen before it asks for the description:', () => {
  const current = { label: 'AWSCURRENT' };
  it.each([
    { name: 'createSecret', options: {}, foreseen: () => [current] },
    { name: 'setSecret', options: {}, foreseen: (version: string) => [{ label: 'AWSPENDING', version }, current] },
    { name: 'testSecret', options: {}, foreseen: () => [] },
    {
      name: 'testSecret',
      options: { cutover: 'finish' } as const,
      foreseen: (version: string) => [{ label: 'AWSPENDING', version }, current],
    },
    { name: 'finishSecret', options: {}, foreseen: () => [] },
    { name: 'finishSecret', options: { cutover: 'finish' } as const, foreseen: () => [] },
  ])('$name $options', async ({ name, options, foreseen }) => {
    const here = world();
    const { versions } = here.store;
    const token = await here.store.begin();
    const asked: unknown[] = [];
    versions.foresee = (id, reads) => asked.push(id, ...reads);
    const { describe } = versions;
    versions.describe = async (id) => {
      asked.push('described');
      return describe(id);
    };

    await step({ ...here, versions: () => versions }, token, name, options).catch(() => {});

    const from = asked.slice(0, asked.indexOf('described'));
    expect(from).toEqual([here.store.secretId, ...foreseen(token)]);
  });
});

it.each(['setSecret', 'testSecret'])('%s reads the version of AWSCURRENT that the description names', async (name) => {
  const here = world();
  const token = await here.store.begin();
  const options = { cutover: 'finish' } as const;
  for (const before of ['createSecret', 'setSecret']) {
    if (before !== name) await step(here, token, before, options);
  }
  const { versions } = here.store;
  const { AWSCURRENT: version } = await byLabel(here.store);
  const read = versions.read;
  const asked: unknown[] = [];
  versions.read = async (id, label, of) => {
    if (label === 'AWSCURRENT') asked.push(of);
    return read(id, label, of);
  };

  await step(here, token, name, options);

  expect(asked).toEqual([version]);
});

it('a pending value that cannot be read is abandoned, not mended', async () => {
  const here = world();
  const token = await here.store.begin();
  await here.store.versions.put(here.store.secretId, token, '{"engine":"memory","host":"db.test","username":"app"}');

  const error = await step(here, token, 'setSecret').catch((thrown: unknown) => thrown);

  expect(error).toMatchObject({
    code: 'INVALID_SECRET',
    fact: expect.stringContaining('AWSPENDING'),
    hint: expect.stringContaining('take AWSPENDING off'),
    ofPending: true,
  });
  expect(here.server.taken).toEqual([]);
});

it('a store that reads nothing ahead does as well', async () => {
  const here = world();
  const { foresee: _, ...versions } = here.store.versions;

  await step({ ...here, versions: () => versions }, await here.store.begin(), 'createSecret');

  expect((await byLabel(here.store)).AWSPENDING).toBeDefined();
});

it('a store that copies is told what belongs together, also of a schema that knows no copies', async () => {
  const here = changed(world(), (strategy) => {
    const { copies: _, ...schema } = strategy.schema;
    return { schema, together: ['username', 'password'] };
  });
  const told: unknown[] = [];
  const versions = { ...here.store.versions, requireCopy: async (...args: unknown[]) => void told.push(args.at(-1)) };

  await step({ ...here, versions: () => versions }, await here.store.begin(), 'createSecret');

  expect(told).toEqual([[['username'], ['password']]]);
});

it('an AWSPENDING that fails to be read for another reason than its text is told as that', async () => {
  const here = changed(world(), (strategy) => ({
    schema: {
      ...strategy.schema,
      parse: (text, what) => {
        if (what.startsWith('AWSPENDING')) throw new TypeError('a defect');
        return strategy.schema.parse(text, what);
      },
    },
  }));
  const token = await here.store.begin();
  await step(here, token, 'createSecret');

  await expect(step(here, token, 'setSecret')).rejects.toThrow(TypeError);
});
