import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { generatorOf } from '../../../shared/generated/recipe.ts';
import { wordList } from '../../../shared/generated/word-list.ts';
import { run } from '../../local/command.ts';
import { announce, unavailable } from '../../support/servers.ts';

const generator = (recipe: object) => generatorOf(recipe, undefined, 'prod/key');
const value = async (recipe: object) => String((await generator(recipe).make()).value);

const kinds = [
  { kind: 'hex' },
  { kind: 'hex', bytes: 16 },
  { kind: 'base64', bytes: 1024 },
  { kind: 'base64url', bytes: 33, prefix: 'whsec_' },
  { kind: 'words' },
  { kind: 'words', words: 6, separator: ' ' },
  { kind: 'rsa', bits: 2048 },
  { kind: 'rsa', bits: 2048, format: 'jwk' },
  { kind: 'ec' },
  { kind: 'ec', curve: 'P-384', format: 'jwk' },
  { kind: 'ec', curve: 'P-521' },
  { kind: 'ed25519' },
  { kind: 'ed25519', format: 'jwk' },
  { kind: 'ssh' },
  { kind: 'ssh', type: 'rsa', bits: 2048, comment: 'deploy@example' },
  { kind: 'ssh', type: 'ec', curve: 'P-256' },
  { kind: 'ssh', type: 'ec', curve: 'P-384' },
  { kind: 'ssh', type: 'ec', curve: 'P-521' },
];

describe.each(kinds.map((recipe) => [JSON.stringify(recipe), recipe] as const))('%s', (_name, recipe) => {
  it('makes a value that passes its own test, and never the same twice', async () => {
    const made = [await generator(recipe).make(), await generator(recipe).make()];

    expect(made.map((one) => generator(recipe).faultOf(one))).toEqual([undefined, undefined]);
    expect(made[0]).not.toEqual(made[1]);
  });

  it('finds fault with nothing, with another kind, and with what was cut short', async () => {
    const { faultOf, make } = generator(recipe);
    const made = await make();
    const other = await generator(recipe.kind === 'hex' ? { kind: 'words' } : { kind: 'hex', bytes: 20 }).make();
    const cut = Object.fromEntries(Object.entries(made).map(([field, text]) => [field, String(text).slice(0, -12)]));

    for (const wrong of [{}, { value: 5, private_key: 5 }, other, cut]) {
      expect(faultOf(wrong)).toMatch(/^(is no|is not|has) /);
    }
  });
});

describe('a key pair', () => {
  const pairs = kinds.filter(({ kind }) => !['hex', 'base64', 'base64url', 'words'].includes(kind));

  it.each(pairs)('whose halves are of two pairs is found: %j', async (recipe) => {
    const { make, faultOf } = generator(recipe);
    const [one, other] = [await make(), await make()];

    expect(faultOf({ ...one, public_key: other.public_key })).toMatch(/public key/);
  });

  it.each([
    [
      { kind: 'rsa', bits: 2048 },
      { kind: 'rsa', bits: 3072 },
    ],
    [{ kind: 'ec' }, { kind: 'ec', curve: 'P-384' }],
    [{ kind: 'ed25519' }, { kind: 'ec' }],
    [{ kind: 'ssh' }, { kind: 'ssh', type: 'ec' }],
  ])('%j is not taken for %j', async (made, asked) => {
    expect(generator(asked).faultOf(await generator(made).make())).toBeDefined();
  });

  it('as JWK has its thumbprint as kid, in both halves: RFC 7638', async () => {
    const { private_key, public_key } = (await generator({ kind: 'ed25519', format: 'jwk' }).make()) as Record<
      string,
      Record<string, string>
    >;

    expect(private_key?.kid).toMatch(/^[\w-]{43}$/);
    expect(public_key).toEqual({ crv: 'Ed25519', kty: 'OKP', x: private_key?.x, kid: private_key?.kid });
  });
});

// Without a key it complains; only where it is missing it has no status. Its version is told by the program that comes with it.
const sshKeygen = (await run('ssh-keygen', ['-l', '-f', '/dev/null'])).status !== null;
const [version = ''] = (await run('ssh', ['-V'])).stderr.split(/[ ,]/);
if (sshKeygen) announce({ engine: 'ssh-keygen', server: 'of this machine', version });
else unavailable({ engine: 'ssh-keygen', reason: 'it is not installed' });
describe.skipIf(!sshKeygen)('ssh-keygen', () => {
  it.each(kinds.filter(({ kind }) => kind === 'ssh'))(
    'reads %j, and finds the same public key in it',
    async (recipe) => {
      const folder = mkdtempSync(join(tmpdir(), 'rekey-ssh-'));
      const made = await generator(recipe).make();
      const file = join(folder, 'key');
      writeFileSync(file, String(made.private_key), { mode: 0o600 });

      const seen = execFileSync('ssh-keygen', ['-y', '-f', file]).toString();
      rmSync(folder, { recursive: true });

      expect(seen.trim()).toBe(made.public_key);
    },
  );
});

describe('the word list', () => {
  it('has 1295 words of three to five small letters, none twice', () => {
    expect(new Set(wordList).size).toBe(1295);
    expect(wordList.filter((word) => !/^[a-z]{3,5}$/.test(word))).toEqual([]);
  });

  it('is used whole', async () => {
    const seen = new Set<string>();
    for (let turn = 0; turn < 400; turn++) {
      for (const word of (await value({ kind: 'words', words: 64 })).split('-')) seen.add(word);
    }

    // 25600 draws of 1295: a word is missing by chance once in 400000 runs.
    expect(seen.size).toBe(1295);
  });
});

describe('what to make', () => {
  it.each([
    ['hex:16', 'hex', 32],
    ['base64url:32', 'base64url', 43],
    ['base64', 'base64', 44],
  ])('is told by a tag: %s', async (tag, kind, length) => {
    const { value } = await generatorOf(undefined, tag, 'prod/key').make();

    expect(generator({ kind, bytes: tag === 'hex:16' ? 16 : 32 }).faultOf({ value })).toBeUndefined();
    expect(value).toHaveLength(length);
  });

  it.each([
    ['words:7', { kind: 'words', words: 7 }],
    ['rsa:2048', { kind: 'rsa', bits: 2048 }],
    ['ec:P-384', { kind: 'ec', curve: 'P-384' }],
    ['ed25519', { kind: 'ed25519' }],
    ['ssh:ec', { kind: 'ssh', type: 'ec' }],
  ])('is told by a tag, before the field: %s', async (tag, recipe) => {
    const made = await generatorOf({ kind: 'hex' }, tag, 'prod/key').make();

    expect(generator(recipe).faultOf(made)).toBeUndefined();
  });

  it.each<[unknown, string | undefined, RegExp]>([
    [undefined, undefined, /prod\/key does not say what to generate/],
    [null, undefined, /field generate of prod\/key names no kind/],
    ['hex', undefined, /field generate of prod\/key names no kind/],
    [{ kind: 'constructor' }, undefined, /names no kind/],
    [{ kind: 'hex', bytes: 15 }, undefined, /^bytes of field generate/],
    [{ kind: 'hex', bytes: 1025 }, undefined, /^bytes of field generate/],
    [{ kind: 'hex', bytes: '32' }, undefined, /^bytes of field generate/],
    [{ kind: 'hex', words: 6 }, undefined, /^words of field generate/],
    [{ kind: 'hex', prefix: 'a b' }, undefined, /^prefix of field generate/],
    [{ kind: 'words', words: 5 }, undefined, /^words of field generate/],
    [{ kind: 'words', separator: '' }, undefined, /^separator of field generate/],
    [{ kind: 'rsa', bits: 1024 }, undefined, /^bits of field generate/],
    [{ kind: 'ec', curve: 'secp256k1' }, undefined, /^curve of field generate/],
    [{ kind: 'ssh', comment: 'a\nb' }, undefined, /^comment of field generate/],
    [undefined, 'hex:', /^bytes of tag rekey:generate/],
    [undefined, 'hex:32:x', /^tag rekey:generate of prod\/key is not a kind/],
    [undefined, 'ed25519:32', /^tag rekey:generate of prod\/key is not a kind/],
    [undefined, 'toString', /names no kind/],
  ])('is refused when it means nothing: %j, tag %j', (field, tag, fact) => {
    expect(() => generatorOf(field, tag, 'prod/key')).toThrow(fact);
    expect(() => generatorOf(field, tag, 'prod/key')).toThrow(
      expect.objectContaining({ code: 'INVALID_SECRET', hint: expect.stringContaining('"generate"') }),
    );
    // The first command of a message leads to what is wrong: the tag, or the value.
    expect(() => generatorOf(field, tag, 'prod/key')).toThrow(
      tag === undefined ? expect.not.objectContaining({ ofTag: true }) : expect.objectContaining({ ofTag: true }),
    );
  });
});
