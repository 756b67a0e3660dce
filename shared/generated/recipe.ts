/** What to make: the field `generate` of a secret value, or its tag `rekey:generate`. */
import * as z from 'zod/mini';
import { InvalidSecretError } from '../rotation/errors.ts';
import type { KeyType } from './asymmetric.ts';
import type { Generator } from './generator.ts';
import { keyPair } from './key-pair.ts';
import { randomText } from './random-text.ts';
import { randomWords } from './random-words.ts';
import { sshKey } from './ssh-key.ts';

/** Below 16 bytes a signature can be guessed one day; above 1024 nobody has a use for it. */
const bytes = z.optional(z.int().check(z.minimum(16), z.maximum(1024)));
const prefix = z.optional(z.string().check(z.regex(/^[\w.-]{1,32}$/)));
const bits = z.optional(z.literal([2048, 3072, 4096]));
const curve = z.optional(z.enum(['P-256', 'P-384', 'P-521']));
const format = z.optional(z.enum(['pem', 'jwk']));

const shapes = {
  hex: z.strictObject({ kind: z.literal('hex'), bytes, prefix }),
  base64: z.strictObject({ kind: z.literal('base64'), bytes, prefix }),
  base64url: z.strictObject({ kind: z.literal('base64url'), bytes, prefix }),
  words: z.strictObject({
    kind: z.literal('words'),
    words: z.optional(z.int().check(z.minimum(6), z.maximum(64))),
    separator: z.optional(z.enum(['-', '.', '_', ' '])),
  }),
  rsa: z.strictObject({ kind: z.literal('rsa'), bits, format }),
  ec: z.strictObject({ kind: z.literal('ec'), curve, format }),
  ed25519: z.strictObject({ kind: z.literal('ed25519'), format }),
  ssh: z.strictObject({
    kind: z.literal('ssh'),
    type: z.optional(z.enum(['ed25519', 'rsa', 'ec'])),
    bits,
    curve,
    comment: z.optional(z.string().check(z.regex(/^[\w.@+-]{1,100}$/))),
  }),
};
type Kind = keyof typeof shapes;
type Recipe = { [K in Kind]: z.infer<(typeof shapes)[K]> }[Kind];

/** In a tag: the kind, and behind a colon the one member that is mostly chosen. */
const SIZES: Readonly<Record<Kind, string | undefined>> = {
  hex: 'bytes',
  base64: 'bytes',
  base64url: 'bytes',
  words: 'words',
  rsa: 'bits',
  ec: 'curve',
  ed25519: undefined,
  ssh: 'type',
};

/** Throws InvalidSecretError, which names the member. `what` is the secret's name. */
export function generatorOf(field: unknown, tag: string | undefined, what: string): Generator {
  const asked = tag === undefined ? field : untagged(tag, what);
  const where = tag === undefined ? `field generate of ${what}` : `tag rekey:generate of ${what}`;
  if (asked === undefined) {
    throw wrong(`${what} does not say what to generate`);
  }
  const kind = (asked as { kind?: unknown } | null)?.kind;
  const shape = typeof kind === 'string' && Object.hasOwn(shapes, kind) ? shapes[kind as Kind] : undefined;
  if (shape === undefined) throw wrong(`${where} names no kind of value`, tag);
  const result = shape.safeParse(asked);
  if (result.success) return made(result.data);
  const [issue] = result.error.issues;
  const member = issue?.code === 'unrecognized_keys' ? issue.keys[0] : issue?.path[0];
  throw wrong(`${String(member)} of ${where} is not usable`, tag);
}

/** hex:32, words:6, rsa:3072, ec:P-256, ssh:ed25519, ed25519. */
function untagged(tag: string, what: string): unknown {
  const [kind = '', size, ...rest] = tag.split(':');
  const member = Object.hasOwn(SIZES, kind) ? SIZES[kind as Kind] : undefined;
  if (rest.length > 0 || (size !== undefined && member === undefined)) {
    throw wrong(`tag rekey:generate of ${what} is not a kind, or a kind and its size`, tag);
  }
  if (size === undefined || member === undefined) return { kind };
  return { kind, [member]: /^\d{1,5}$/.test(size) ? Number(size) : size };
}

function made(recipe: Recipe): Generator {
  switch (recipe.kind) {
    case 'words':
      return randomWords(recipe.words ?? 8, recipe.separator ?? '-');
    case 'rsa':
    case 'ec':
    case 'ed25519':
      return keyPair(typeOf({ ...recipe, type: recipe.kind }), recipe.format ?? 'pem');
    case 'ssh':
      return sshKey(typeOf(recipe), recipe.comment ?? 'rekey');
    default:
      return randomText(recipe.kind, recipe.bytes ?? 32, recipe.prefix);
  }
}

function typeOf(given: {
  type?: KeyType['kind'] | undefined;
  bits?: number | undefined;
  curve?: 'P-256' | 'P-384' | 'P-521' | undefined;
}): KeyType {
  if (given.type === 'rsa') return { kind: 'rsa', bits: given.bits ?? 3072 };
  if (given.type === 'ec') return { kind: 'ec', curve: given.curve ?? 'P-256' };
  return { kind: 'ed25519' };
}

function wrong(fact: string, tag?: string): InvalidSecretError {
  return new InvalidSecretError(fact, {
    hint: 'write {"generate":{"kind":"base64url","bytes":32}} or the tag rekey:generate=base64url:32; docs/providers/generated-value.md has all kinds',
    ofTag: tag !== undefined,
  });
}
