import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { generatedValueStrategy } from '../../../shared/generated/generated-value.ts';
import { generatorOf } from '../../../shared/generated/recipe.ts';
import { redactor } from '../../../shared/rotation/redact.ts';
import type { RotationContext } from '../../../shared/rotation/strategy.ts';
import { configurationCheck, openLabels, step, wholeRotation } from '../../conformance/rotate.ts';
import { describeCrashes, describeFailures } from '../../conformance/strategy-crashes.case.ts';
import { describeRollbackCrashes } from '../../conformance/strategy-rollbacks.case.ts';
import type { StrategyWorld } from '../../conformance/world.ts';
import { timelessContext } from '../../support/context.ts';
import { memoryStore } from '../../support/memory-store.ts';
import { byLabel, labelled } from '../../support/store.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Opens to a whole value of the kind that is asked for: whoever reads it could sign and verify with it. */
function worldOf(text: string, given: Partial<RotationContext> = {}): StrategyWorld<Fields> {
  return {
    store: memoryStore(text),
    strategy: () => generatedValueStrategy(),
    context: (own) => timelessContext({ ...given, ...own }),
    opens: async (value) =>
      generatorOf(value.generate, given.tags?.['rekey:generate'], 'it').faultOf({
        ...value,
        value: value[String(value.field ?? 'value')],
      }) === undefined,
  };
}

const before = { generate: { kind: 'hex', bytes: 32 }, value: 'ab'.repeat(32), for: 'webhooks' };
const failure = async (here: StrategyWorld<Fields>, options = {}) => {
  const error = await wholeRotation(here, options).catch((refusal) => refusal);
  return error as Error & { code?: string };
};
const texts = async (here: StrategyWorld<Fields>) => {
  const { AWSCURRENT = '', AWSPREVIOUS = '' } = await byLabel(here.store);
  return { current: await here.store.valueOf(AWSCURRENT), previous: await here.store.valueOf(AWSPREVIOUS) };
};

describe('a generated value', () => {
  it('is new after a rotation; the previous one stays AWSPREVIOUS, and other fields stay as they are', async () => {
    const here = worldOf(JSON.stringify(before));

    await wholeRotation(here);

    const current = await labelled(here.store, 'AWSCURRENT');
    expect(current).toEqual({ ...before, value: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(current?.value).not.toBe(before.value);
    expect(await labelled(here.store, 'AWSPREVIOUS')).toEqual(before);
  });

  it('needs no value to begin with', async () => {
    const here = worldOf('{"generate":{"kind":"ed25519"}}');

    await wholeRotation(here);

    expect(await openLabels(here)).toEqual(['AWSCURRENT']);
    expect(Object.keys((await labelled(here.store, 'AWSCURRENT')) ?? {})).toEqual([
      'generate',
      'private_key',
      'public_key',
    ]);
  });

  it('goes into the field that the secret names', async () => {
    const here = worldOf('{"generate":{"kind":"words","words":6},"field":"passphrase","passphrase":"by hand"}');

    await wholeRotation(here);

    const current = await labelled(here.store, 'AWSCURRENT');
    expect(String(current?.passphrase).split('-')).toHaveLength(6);
    expect(current).not.toHaveProperty('value');
  });

  it.each(['generate', 'field', 'masterarn', 'public_key', ''])('does not go into the field %j', async (field) => {
    const here = worldOf(JSON.stringify({ ...before, field }));

    await expect(configurationCheck(here)).rejects.toMatchObject({ code: 'INVALID_SECRET' });
    await here.store.abandon();
    expect(await failure(here)).toMatchObject({ code: 'INVALID_SECRET' });
    expect(await texts(here)).toMatchObject({ current: JSON.stringify({ ...before, field }) });
  });

  it('passes a configuration check while its value is made by hand', async () => {
    const here = worldOf(JSON.stringify({ ...before, value: 'made by hand' }));
    const { AWSCURRENT = '' } = await byLabel(here.store);
    const token = await here.store.begin();
    await here.store.versions.put(here.store.secretId, token, String(await here.store.valueOf(AWSCURRENT)));

    await expect(step(here, token, 'testSecret')).resolves.toMatchObject({ working: 'AWSCURRENT' });
  });

  it.each([
    ['was changed', { ...before, value: 'cd'.repeat(31) }],
    ['is of another kind', { ...before, generate: { kind: 'ed25519' } }],
  ])('that %s in the middle of a rotation is not promoted, and not shown', async (_what, pending) => {
    const here = worldOf(JSON.stringify(before));
    const token = await here.store.begin();
    await here.store.versions.put(here.store.secretId, token, JSON.stringify(pending));

    const error = await step(here, token, 'testSecret').catch((refusal) => refusal);

    expect(error).toMatchObject({
      code: 'INVALID_SECRET',
      ofPending: true,
      hint: expect.stringContaining('AWSPENDING'),
    });
    expect(inspect(error)).not.toContain(pending.value);
  });

  it.each(['{"value":"x"}', '{"generate":{"kind":"dice"}}', '{"generate":{"kind":"hex","bytes":8}}'])(
    'is refused before anything is stored when nobody can tell what to make: %s',
    async (text) => {
      const here = worldOf(text);

      expect(await failure(here)).toMatchObject({ code: 'INVALID_SECRET' });
      expect(await texts(here)).toEqual({ current: text, previous: undefined });
    },
  );

  it('is known to the redactor, private keys included; what tells how it is made is not', async () => {
    const { schema } = generatedValueStrategy();
    const pair = await generatorOf({ kind: 'rsa', bits: 2048, format: 'jwk' }, undefined, 'x').make();
    const value = { ...before, ...pair };

    const hidden = schema.confidential(value);

    const { d, p, q } = pair.private_key as Record<string, string>;
    expect(hidden).toEqual(expect.arrayContaining([before.value, d, p, q]));
    expect(hidden).not.toContain('hex');
  });
});

describe('a bare value', () => {
  const tags = { 'rekey:generate': 'words:6' };

  it('stays bare, made as the tag says', async () => {
    const here = worldOf('initial', { tags });
    here.store.versions.describe = withTags(here, tags);

    await wholeRotation(here);

    const { current, previous } = await texts(here);
    expect(current).toMatch(/^[a-z]{3,5}(-[a-z]{3,5}){5}$/);
    expect(previous).toBe('initial');
  });

  it('is not in a log line or an error', async () => {
    const here = worldOf('initial-value-of-it', { tags: { 'rekey:generate': 'ed25519' } });
    here.store.versions.describe = withTags(here, { 'rekey:generate': 'ed25519' });
    const redact = redactor();

    const error = await failure(here, { redact });

    expect(error).toMatchObject({ code: 'INVALID_SECRET', message: expect.stringContaining('cannot hold a key pair') });
    expect(inspect(error)).not.toContain('initial-value-of-it');
    expect(redact.text('so initial-value-of-it shows')).toBe('so [redacted] shows');
  });

  it.each(['{"value": "sesame-open', '["sesame-open"]', '"sesame-open"', 'two words of sesame-open', ''])(
    'that begins like JSON, or has spaces, or is empty, is refused and not shown: %s',
    async (text) => {
      const here = worldOf(text, { tags });
      here.store.versions.describe = withTags(here, tags);

      const error = await failure(here);

      expect(error).toMatchObject({ code: 'INVALID_SECRET' });
      expect(inspect(error)).not.toContain('sesame');
    },
  );
});

/** The store's description, with the secret's tags in it. */
function withTags(here: StrategyWorld<Fields>, tags: Readonly<Record<string, string>>) {
  const { describe } = here.store.versions;
  return async (id: string) => ({ ...(await describe(id)), tags });
}

describe.each([
  ['JSON', JSON.stringify(before), {}],
  ['bare', 'initial', { 'rekey:generate': 'base64url:32' }],
])('%s', (_name, text, tags) => {
  const suite = {
    outage: 'none' as const,
    async world() {
      const here = worldOf(text, { tags });
      here.store.versions.describe = withTags(here, tags);
      await wholeRotation(here);
      return here;
    },
  };
  describeCrashes(suite);
  describeFailures(suite);
  describeRollbackCrashes(suite);
});
