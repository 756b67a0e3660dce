/** A random value that no system has to be told of: signing keys, webhook secrets, passphrases. docs/providers/generated-value.md */

import { isBare, keySecretSchema } from '../keys/secret.ts';
import { InvalidSecretError } from '../rotation/errors.ts';
import type { RotationContext, RotationStrategy } from '../rotation/strategy.ts';
import { ROLLBACK } from '../rotation/strategy.ts';
import { PENDING } from '../rotation/versions.ts';
import type { Generator } from './generator.ts';
import { generatorOf } from './recipe.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Where a single value goes, unless the secret says `field`; and where it stands when the secret is a bare text. */
const VALUE = 'value';

export function generatedValueStrategy(): RotationStrategy<Fields> {
  const schema = keySecretSchema({
    required: {},
    visible: ['generate', 'field', 'public_key'],
    lines: ['public_key'],
    plain: VALUE,
  });
  return {
    name: 'generated-value',
    system: 'generated',
    schema,
    readsTags: true,
    outage: 'none',
    cutover: 'finish',

    async create({ current }, ctx) {
      const made = await generatorFor(current, ctx).make();
      return { ...current, ...renamed(made, current, ctx) };
    },

    async set() {
      return { close: async () => {} };
    },

    async check({ current }, ctx) {
      fieldOf(current, ctx);
    },

    async test({ pending, current }, ctx) {
      // What a person brings back was AWSCURRENT, whatever is to be made today.
      if (ctx.asked === ROLLBACK) return;
      const generator = generatorFor(pending, ctx);
      // A configuration check: what is there may have been made by hand.
      if (JSON.stringify(pending) === JSON.stringify(current)) return;
      const fault = generator.faultOf(unnamed(pending, ctx));
      if (fault === undefined) return;
      throw new InvalidSecretError(`the value in ${PENDING} of ${ctx.secretId} ${fault}`, {
        hint: 'somebody changed it, or what to generate, in the middle of this rotation: take AWSPENDING off its version, then rotate again',
        ofPending: true,
      });
    },
  };
}

/** Throws InvalidSecretError when the secret does not say what to make, or has no room for it. */
function generatorFor(value: Fields, ctx: RotationContext): Generator {
  const generator = generatorOf(value.generate, ctx.tags?.['rekey:generate'], ctx.secretId);
  if (generator.isSingle || !isBare(value)) return generator;
  throw new InvalidSecretError(`${ctx.secretId} is a bare value, which cannot hold a key pair`, {
    hint: 'store a JSON object, for example {"generate":{"kind":"ed25519"}}',
  });
}

function renamed({ value, ...pair }: Fields, current: Fields, ctx: RotationContext): Fields {
  return value === undefined ? pair : { ...pair, [fieldOf(current, ctx)]: value };
}

function unnamed(value: Fields, ctx: RotationContext): Fields {
  return { ...value, value: value[fieldOf(value, ctx)] };
}

function fieldOf(value: Fields, ctx: RotationContext): string {
  const { field = VALUE } = value;
  if (isBare(value)) return VALUE;
  if (typeof field === 'string' && field !== '' && !['generate', 'field', 'masterarn', 'public_key'].includes(field))
    return field;
  throw new InvalidSecretError(`field "field" of ${ctx.secretId} names no field for the value`, {
    hint: 'write the name of a field of your own, or leave it out: then it is value',
  });
}
