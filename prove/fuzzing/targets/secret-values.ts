/** Secret JSON: of databases in the forms that consoles, templates and CDK write, of keys, and of generated values. */
import fc from 'fast-check';
import { databaseSecretSchema } from '../../../shared/databases/secret.ts';
import { alternatingUsersStrategy } from '../../../shared/databases/strategies/alternating-users.ts';
import { singleUserStrategy } from '../../../shared/databases/strategies/single-user.ts';
import { generatedValueStrategy } from '../../../shared/generated/generated-value.ts';
import { InvalidSecretError } from '../../../shared/rotation/errors.ts';
import { redactor } from '../../../shared/rotation/redact.ts';
import type { SecretSchema } from '../../../shared/rotation/strategy.ts';
import { wholeRotation } from '../../../test/conformance/rotate.ts';
import { memoryStore } from '../../../test/support/memory-store.ts';
import { memoryWorld } from '../../../test/support/memory-world.ts';
import { mutated } from '../mutation.ts';
import { target } from '../target.ts';
import { vendorNames, vendorOf } from '../vendors.ts';

/** No part of it is in anything else. */
export const CANARY = 'q7Zp-Xw3Kd9v/Rt2Lm8+Yb';

const place = { engine: 'postgres', host: 'db.example.com', username: 'app', password: CANARY };
const forms: readonly Record<string, unknown>[] = [
  { ...place, port: 5432, dbname: 'orders' },
  // As AWS's templates and consoles write it, with texts for numbers and truths.
  {
    ...place,
    port: '5432',
    ssl: 'false',
    masterarn: 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:root-AbCdEf',
  },
  { ...place, dbInstanceIdentifier: 'orders', dbClusterIdentifier: 'orders', port: 5432.0, dbname: '' },
  { ...place, ssl: true, authSource: 'admin', endpoint: 'db.example.com' },
  // With copies that have to follow.
  { ...place, url: `postgresql://app:${encodeURIComponent(CANARY)}@db.example.com:5432/orders`, PGPASSWORD: CANARY },
  {
    ...place,
    jdbc: `jdbc:postgresql://db.example.com/orders?user=app&password=${CANARY}`,
    deep: { again: [CANARY, { on: CANARY }] },
  },
  { ...place, dsn: `host=db.example.com user=app password='${CANARY}'`, pgpass: `db.example.com:5432:*:app:${CANARY}` },
  {
    ...place,
    encoded: Buffer.from(CANARY).toString('base64'),
    net: `Server=db.example.com;User Id=app;Password=${CANARY};`,
  },
];

const generated = [
  { generate: { kind: 'hex', bytes: 32 }, value: CANARY },
  { generate: { kind: 'words', words: 6, separator: '-' }, field: 'passphrase', passphrase: CANARY, copy: CANARY },
  { generate: { kind: 'ed25519', format: 'jwk' }, private_key: CANARY, public_key: 'ssh-ed25519 AAAA' },
  { generate: { kind: 'ssh', type: 'ec', curve: 'P-256', comment: 'me@here' }, private_key: CANARY },
].map((value) => JSON.stringify(value));

interface Kind {
  readonly schema: SecretSchema<object>;
  readonly seeds: readonly string[];
}

async function kindsOf(): Promise<ReadonlyMap<string, Kind>> {
  const kinds = new Map<string, Kind>();
  for (const needsSuperuser of [false, true]) {
    const schema: SecretSchema<object> = databaseSecretSchema({
      accepts: [place.engine],
      needsSuperuser,
    }) as SecretSchema<object>;
    kinds.set(needsSuperuser ? 'database of a pair' : 'database', {
      schema,
      seeds: forms.map((form) => JSON.stringify(form)),
    });
  }
  kinds.set('generated', {
    schema: generatedValueStrategy().schema as SecretSchema<object>,
    seeds: [...generated, CANARY],
  });
  for (const name of vendorNames) {
    const { provider, start } = await vendorOf(name);
    const double = await start();
    const seeds = [double.first, double.admin ?? {}, { ...double.first, copy: Object.values(double.first) }];
    await double.close();
    const texts = seeds.map((seed) => JSON.stringify(withCanary(seed)));
    kinds.set(name, { schema: provider.schema as SecretSchema<object>, seeds: [...texts, CANARY] });
    kinds.set(`${name}, admin`, { schema: provider.adminSchema as SecretSchema<object>, seeds: [...texts, CANARY] });
  }
  return kinds;
}

/** What looks like a key is one that can be told from all else. */
function withCanary(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), (_, one) => (typeof one === 'string' && one.length > 15 ? CANARY : one));
}

const read = target<readonly [kind: string, text: string]>({
  id: 'secret-values',
  what: 'secret JSON of databases, keys and generated values, read and written',
  inputs: { whole: 6_000, quick: 400 },
  async begin() {
    const kinds = await kindsOf();
    const each = [...kinds].map(([name, { seeds }]) => fc.tuple(fc.constant(name), mutated(seeds)));
    return {
      input: fc.oneof(...each),
      secrets: () => [CANARY],
      async give([name, text]) {
        const { schema } = kinds.get(name) as Kind;
        const value = schema.parse(text, 'AWSCURRENT of prod/app');
        redactor().add(...schema.confidential(value));
        schema.copies?.(value);
        const pending = schema.follow?.(value, value) ?? value;
        const stored = schema.format?.(pending) ?? JSON.stringify(pending);
        // What was stored is what the next rotation begins with.
        try {
          schema.parse(stored, 'AWSPENDING of prod/app');
        } catch (error) {
          throw error instanceof InvalidSecretError
            ? new Error(`what is stored cannot be read: ${error.message}`)
            : error;
        }
      },
    };
  },
});

const rotated = target<readonly [strategy: 'single' | 'pair', text: string]>({
  id: 'secret-values/rotated',
  what: 'the same of databases as AWSCURRENT of a whole rotation',
  inputs: { whole: 2_000, quick: 150 },
  async begin() {
    const seeds = forms.map((form) => JSON.stringify({ ...form, engine: 'memory', host: 'db.test' }));
    return {
      input: fc.tuple(fc.constantFrom('single', 'pair'), mutated(seeds)),
      secrets: () => [CANARY],
      async give([strategy, text]) {
        const world = memoryWorld(strategy === 'single' ? singleUserStrategy : alternatingUsersStrategy);
        const user = world.server.users.get('app');
        if (user !== undefined) user.password = CANARY;
        await wholeRotation({ ...world, store: memoryStore(text) });
      },
    };
  },
});

export const secretValues = [read, rotated];
