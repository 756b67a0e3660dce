/** Which value a step reads, from which version, and that whatever it reads or makes is masked from then on. */
import { describe, expect, it } from 'vitest';
import { singleUserStrategy } from '../../../shared/databases/strategies/single-user.ts';
import { redactor } from '../../../shared/rotation/redact.ts';
import { step, wholeRotation } from '../../conformance/rotate.ts';
import { changed, memoryWorld } from '../../support/memory-world.ts';
import { labelled } from '../../support/store.ts';

const world = () => memoryWorld(singleUserStrategy);

describe('an error that holds a value which the step', () => {
  it('has read is told without it', async () => {
    const here = world();
    const redact = redactor();
    const token = await here.store.begin();
    const broken = changed(here, () => ({
      create: async ({ current }) => Promise.reject(new Error(`nobody takes ${current.password}`)),
    }));

    const error = await step(broken, token, 'createSecret', { redact }).catch((thrown: unknown) => thrown);

    expect(String(error)).toContain('first-password');
    expect(redact.error(error).message).toContain('nobody takes [redacted]');
  });

  it('has made, and could not store, is told without it', async () => {
    const here = world();
    const redact = redactor();
    const token = await here.store.begin();
    here.store.versions.put = async (_id, _version, value) =>
      Promise.reject(new Error(`${JSON.parse(value).password}?`));

    const error = await step(here, token, 'createSecret', { redact }).catch((thrown: unknown) => thrown);

    expect(redact.error(error).message).toContain('[redacted]?');
  });

  it.each(['AWSPREVIOUS', 'a version without a label'])('has read of %s is told without it', async (which) => {
    const here = world();
    const redact = redactor();
    const value = await labelled(here.store, 'AWSCURRENT');
    for (const password of ['of before', 'of now']) {
      await here.store.putCurrent(JSON.stringify({ ...value, password: `the password ${password}` }));
    }
    const [wanted, isForgotten] =
      which === 'AWSPREVIOUS' ? ['the password of before', false] : ['first-password', true];
    const seen: string[] = [];
    const looking = changed(here, (strategy) => ({
      async set(secrets, ctx) {
        const found = isForgotten ? await Array.fromAsync(secrets.forgotten()) : [await secrets.previous()];
        seen.push(...found.map((each) => String(each?.password)));
        return strategy.set(secrets, ctx);
      },
    }));
    const token = await here.store.begin();
    await step(here, token, 'createSecret');

    await step(looking, token, 'setSecret', { redact }).catch(() => {});

    expect(seen).toEqual([wanted]);
    expect(redact.text(wanted)).toBe('[redacted]');
  });
});

describe('createSecret', () => {
  it('reads the version that the description names, and not what the label shows to a read that lags', async () => {
    const here = world();
    const { read } = here.store.versions;
    const old = await here.store.versions.read(here.store.secretId, 'AWSCURRENT');
    await here.store.putCurrent(JSON.stringify({ ...JSON.parse(String(old)), dbname: 'moved here' }));
    const token = await here.store.begin();
    here.store.versions.read = async (id, label, version) =>
      label === 'AWSCURRENT' && version === undefined ? old : read(id, label, version);

    await step(here, token, 'createSecret');

    expect(await labelled(here.store, 'AWSPENDING')).toMatchObject({ dbname: 'moved here' });
  });

  it('waits until that version can be read', async () => {
    const here = world();
    const token = await here.store.begin();
    const { read } = here.store.versions;
    let left = 2;
    here.store.versions.read = async (...args) => (left-- > 0 ? undefined : read(...args));

    await step(here, token, 'createSecret');

    expect(await labelled(here.store, 'AWSPENDING')).toMatchObject({ username: 'app' });
  });

  it('waits for that version, and stores nothing while it cannot be read', async () => {
    const here = world();
    const token = await here.store.begin();
    const { read } = here.store.versions;
    here.store.versions.read = async () => undefined;

    const refused = step(here, token, 'createSecret');

    await expect(refused).rejects.toMatchObject({ code: 'CURRENT_MISSING', retryable: true });
    here.store.versions.read = read;
    expect(await here.store.valueOf(token)).toBeUndefined();
  });

  it('reads whatever has AWSCURRENT once the label has moved since the description', async () => {
    const here = world();
    const value = await labelled(here.store, 'AWSCURRENT');
    const token = await here.store.begin();
    const { describe: look } = here.store.versions;
    // Foreseen, it would have been read before that.
    delete here.store.versions.foresee;
    here.store.versions.describe = async (id) => {
      const seen = await look(id);
      here.store.versions.describe = look;
      await here.store.putCurrent(JSON.stringify({ ...value, dbname: 'stored by hand' }));
      return seen;
    };

    // AWSPENDING went with the label, so what is made is only looked at.
    await step(here, token, 'createSecret').catch(() => {});

    expect(JSON.parse(String(await here.store.valueOf(token)))).toMatchObject({ dbname: 'stored by hand' });
  });

  it.each([
    ['a moment later', 2, 'AWSCURRENT or AWSPENDING'],
    ['not at all', 3, 'AWSCURRENT'],
  ])('that fails after a value was stored, which the store shows %s', async (_when, stale, working) => {
    const here = world();
    const token = await here.store.begin();
    await step(here, token, 'createSecret');
    const { read } = here.store.versions;
    let left = stale;
    here.store.versions.read = async (id, label, version) =>
      label === 'AWSPENDING' && left-- > 0 ? undefined : read(id, label, version);
    const broken = changed(here, () => ({ create: () => Promise.reject(new Error('no')) }));
    const progress = { working: 'unknown' as const };

    await expect(step(broken, token, 'createSecret', { progress })).rejects.toThrow('no');

    expect(progress.working).toBe(working);
  });

  it('that fails, and cannot look what is stored, says that either may work', async () => {
    const here = world();
    const token = await here.store.begin();
    const { read } = here.store.versions;
    here.store.versions.read = async (id, label, version) =>
      label === 'AWSPENDING' ? Promise.reject(new Error('no answer')) : read(id, label, version);
    const broken = changed(here, () => ({ create: () => Promise.reject(new Error('no')) }));
    const progress = { working: 'unknown' as const };

    await expect(step(broken, token, 'createSecret', { progress })).rejects.toThrow('no');

    expect(progress.working).toBe('AWSCURRENT or AWSPENDING');
  });

  it('gives the strategy what an earlier try stored, and what was current before', async () => {
    const here = world();
    await wholeRotation(here);
    const previous = await labelled(here.store, 'AWSPREVIOUS');
    const token = await here.store.begin();
    const seen: unknown[] = [];
    const looking = changed(here, (strategy) => ({
      async create(secrets, ctx) {
        seen.push((await secrets.stored())?.password, (await secrets.previous())?.password);
        return strategy.create(secrets, ctx);
      },
    }));

    await step(looking, token, 'createSecret');
    const pending = await labelled(here.store, 'AWSPENDING');
    await step(looking, token, 'createSecret');

    expect(seen).toEqual([undefined, previous?.password, pending?.password, previous?.password]);
  });

  it('stores the text that the schema gives, where it gives one', async () => {
    const here = changed(world(), ({ schema }) => ({
      schema: { ...schema, format: ({ username }) => `for ${username}` },
    }));
    const token = await here.store.begin();

    await step(here, token, 'createSecret');

    expect(await here.store.valueOf(token)).toBe('for app');
  });

  it('stores the JSON of the value, where the schema gives no text', async () => {
    const here = changed(world(), ({ schema: { format: _, ...schema } }) => ({ schema }));
    const token = await here.store.begin();

    await step(here, token, 'createSecret');

    expect(JSON.parse((await here.store.valueOf(token)) ?? '')).toMatchObject({ username: 'app', port: 5432 });
  });
});

describe('an older value of another shape', () => {
  it('is passed over, with a line that says which, and the next one is looked at', async () => {
    const here = world();
    const value = await labelled(here.store, 'AWSCURRENT');
    for (const text of ['swordfish', 'not it', 'not it either']) {
      await here.store.putCurrent(text === 'swordfish' ? text : JSON.stringify({ ...value, password: text }));
    }
    const token = await here.store.begin();
    await step(here, token, 'createSecret');

    const { reports, lines } = await step(here, token, 'setSecret');

    expect(reports).toEqual(['recovered']);
    expect(lines).toContainEqual({
      message: 'a stored value is not usable here and is passed over',
      fields: { version: 'an unlabelled version' },
    });
  });

  it('does not hide a defect', async () => {
    const here = changed(world(), ({ schema }) => ({
      schema: {
        ...schema,
        parse(text, what) {
          if (what.startsWith('AWSPREVIOUS')) throw new TypeError('a defect');
          return schema.parse(text, what);
        },
      },
      settle: async () => {},
    }));

    await expect(wholeRotation(here)).rejects.toThrow('a defect');
  });
});

it('nothing is said of an older value where there is none, and AWSCURRENT without a version is read once', async () => {
  const here = changed(world(), () => ({ settle: async () => {} }));
  const token = await here.store.begin();
  for (const name of ['createSecret', 'setSecret']) await step(here, token, name);
  const reads: unknown[] = [];
  const { versions } = here.store;
  const { describe: look } = versions;
  versions.read = async (_id, label, version) => {
    if (label === 'AWSCURRENT') reads.push(version);
    // Somebody moves the label meanwhile.
    versions.describe = async (id) => ({ ...(await look(id)), labels: {} });
    return undefined;
  };

  const refused = step(here, token, 'testSecret');

  await expect(refused).rejects.toMatchObject({ code: 'CURRENT_MISSING', retryable: false });
  expect(reads).toEqual([token, token, token, undefined]);
});

it('a value that is there is read once in each step', async () => {
  const here = world();
  const token = await here.store.begin();
  await step(here, token, 'createSecret');
  const { read } = here.store.versions;
  const reads: string[] = [];
  here.store.versions.read = async (id, label, version) => {
    reads.push(`${label} of ${version === token ? 'this rotation' : 'whichever has it'}`);
    return read(id, label, version);
  };

  await step(here, token, 'setSecret');

  expect(reads.sort()).toEqual(['AWSCURRENT of whichever has it', 'AWSPENDING of this rotation']);
});

it('createSecret reads AWSCURRENT once', async () => {
  const here = world();
  const token = await here.store.begin();
  const { read } = here.store.versions;
  let reads = 0;
  here.store.versions.read = async (...args) => {
    reads++;
    return read(...args);
  };

  await step(here, token, 'createSecret');

  expect(reads).toBe(1);
});

it('a secret that nothing is AWSCURRENT of is looked for once, and told as that', async () => {
  const here = world();
  const token = await here.store.begin();
  await step(here, token, 'createSecret');
  const { read, describe: described } = here.store.versions;
  let reads = 0;
  here.store.versions.describe = async (id) => {
    const { labels, ...others } = await described(id);
    const pending = Object.entries(labels).filter(([, names]) => names.includes('AWSPENDING'));
    return { ...others, labels: Object.fromEntries(pending) };
  };
  here.store.versions.read = async (id, label, version) => {
    if (label !== 'AWSCURRENT') return read(id, label, version);
    reads += 1;
    return undefined;
  };

  const refused = step(here, token, 'setSecret');

  await expect(refused).rejects.toMatchObject({
    code: 'CURRENT_MISSING',
    hint: expect.stringContaining('store a value'),
  });
  expect(reads).toBe(1);
});
