/** The examples at the public contracts, run as they stand there. */
import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { startAuth0 } from '../../local/doubles/auth0.ts';
import type { ProviderDouble } from '../../local/doubles/double.ts';
import { startSendgrid } from '../../local/doubles/sendgrid.ts';
import { withSession } from '../../shared/databases/engine.ts';
import { singleUserStrategy } from '../../shared/databases/strategies/single-user.ts';
import { randomText } from '../../shared/generated/random-text.ts';
import { accessTo } from '../../shared/keys/access.ts';
import type { AcceptingProvider, IssuingProvider } from '../../shared/keys/provider.ts';
import { auth0 } from '../../shared/keys/vendors/auth0.ts';
import { sendgrid } from '../../shared/keys/vendors/sendgrid.ts';
import { holder } from '../../shared/rotation/versions.ts';
import { timelessContext } from '../support/context.ts';
import { keyWorld } from '../support/key-world.ts';
import { memoryEngine, memoryServer } from '../support/memory-engine.ts';
import { memoryStore } from '../support/memory-store.ts';

type Names = Readonly<Record<string, unknown>>;

const doubles: ProviderDouble[] = [];
afterAll(() => Promise.all(doubles.map((double) => double.close())));

const text = JSON.stringify({ engine: 'memory', host: 'db.test', username: 'app', password: 'First-one-1' });

function database() {
  const server = memoryServer();
  server.users.set('app', { password: 'First-one-1', rights: new Set() });
  const engine = memoryEngine(server);
  const strategy = singleUserStrategy(engine);
  const current = strategy.schema.parse(text, 'a value');
  return { server, engine, strategy, schema: strategy.schema, current, login: current, ctx: timelessContext() };
}

async function keys(provider: IssuingProvider | AcceptingProvider, start: () => Promise<ProviderDouble>) {
  const double = await start();
  doubles.push(double);
  const { admins, context } = keyWorld(provider, double);
  const value = { ...double.first, ...(double.admin && { masterarn: 'arn:admin' }) };
  return { double, provider, access: await accessTo(provider, value, { admins }, context({})) };
}

/** Runs the example at `interface <contract>` with these names in reach, and gives what it named itself. */
async function ran(file: string, contract: string, given: Names, wanted: readonly string[] = []): Promise<Names> {
  const source = readFileSync(new URL(`../../shared/${file}`, import.meta.url), 'utf8');
  const before = source.slice(0, source.search(new RegExp(`export interface ${contract}\\b`)));
  const comment = before.slice(before.lastIndexOf('/**'));
  const [, example] = /@example\n(.*) \*\/\s*$/s.exec(comment) ?? [];
  if (example === undefined) throw new Error(`${contract} has no example`);
  const code = example.replace(/^ \* ?/gm, '');
  const AsyncFunction = (async () => {}).constructor as new (
    ...texts: string[]
  ) => (...values: unknown[]) => Promise<Names>;
  const run = new AsyncFunction(...Object.keys(given), `${code}\nreturn { ${wanted.join(', ')} };`);
  return run(...Object.values(given));
}

describe('the example at', () => {
  it('SecretSchema reads a value, hides what nobody may see, and stores it again', async () => {
    const { schema, ctx } = database();

    const { stored } = await ran('rotation/strategy.ts', 'SecretSchema', { schema, text, ctx }, ['stored']);

    expect(stored).toBe(text);
    expect(ctx.redact.text('it is First-one-1')).not.toContain('First-one-1');
  });

  it('RotationStrategy changes the password, and proves it', async () => {
    const { server, strategy, current, ctx } = database();

    const { pending } = await ran('rotation/strategy.ts', 'RotationStrategy', { strategy, current, ctx }, ['pending']);

    expect(server.users.get('app')?.password).toBe((pending as typeof current).password);
    expect(server.open).toEqual([]);
  });

  it('SecretVersions promotes a version', async () => {
    const store = memoryStore(text);
    const given = { versions: store.versions, id: store.secretId, token: await store.begin(), holder };

    const { current } = await ran('rotation/versions.ts', 'SecretVersions', given, ['current']);

    expect(current).toBe('{"password":"a new one"}');
    expect((await store.labels())[given.token]).toEqual(['AWSCURRENT']);
  });

  it('DatabaseEngine sets a password, and logs in with it', async () => {
    const { server, engine, login, ctx } = database();

    await ran('databases/engine.ts', 'DatabaseEngine', { withSession, engine, login, ctx });

    expect(server.users.get('app')?.password).toBe('A-new-one-1');
    expect(server.taken).toEqual(['app', 'app']);
  });

  it('IssuingProvider issues a key, and revokes the one that was current', async () => {
    const { double, ...given } = await keys(sendgrid, startSendgrid);

    const { pending } = await ran('keys/provider.ts', 'IssuingProvider', given, ['pending']);

    expect([double.opens(double.first), double.opens(pending as never)]).toEqual([false, true]);
  });

  it('AcceptingProvider has its own value taken', async () => {
    const { double, ...given } = await keys(auth0, startAuth0);

    const { pending } = await ran('keys/provider.ts', 'AcceptingProvider', given, ['pending']);

    expect(double.opens(pending as never)).toBe(true);
  });

  it('Generator makes a value in which it finds no fault', async () => {
    const { fault, made } = await ran('generated/generator.ts', 'Generator', { generator: randomText('hex', 8) }, [
      'fault',
      'made',
    ]);

    expect(fault).toBeUndefined();
    expect(made).toEqual({ value: expect.stringMatching(/^[0-9a-f]{16}$/) });
  });
});
