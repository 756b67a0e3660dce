/** The examples at the public contracts: each has one, and it runs as it stands there. */
import { afterAll, describe, expect, it } from 'vitest';
import { startAuth0 } from '../../local/doubles/auth0.ts';
import type { ProviderDouble } from '../../local/doubles/double.ts';
import { startSendgrid } from '../../local/doubles/sendgrid.ts';
import { singleUserStrategy } from '../../shared/databases/strategies/single-user.ts';
import { randomText } from '../../shared/generated/random-text.ts';
import { accessTo } from '../../shared/keys/access.ts';
import type { AcceptingProvider, IssuingProvider } from '../../shared/keys/provider.ts';
import { auth0 } from '../../shared/keys/vendors/auth0.ts';
import { sendgrid } from '../../shared/keys/vendors/sendgrid.ts';
import { timelessContext } from '../support/context.ts';
import { keyWorld } from '../support/key-world.ts';
import { memoryEngine, memoryServer } from '../support/memory-engine.ts';
import { memoryStore } from '../support/memory-store.ts';
import { pairUser, serverWith } from '../support/pair-users.ts';
import { examples } from './contract-examples.ts';
import { contracts } from './contracts.ts';
import { read } from './files.ts';

const doubles: ProviderDouble[] = [];
afterAll(() => Promise.all(doubles.map((double) => double.close())));

const text = JSON.stringify({ engine: 'memory', host: 'db.test', username: 'app', password: 'First-one-1' });

function database() {
  const server = memoryServer();
  server.users.set('app', { password: 'First-one-1', rights: new Set() });
  const engine = memoryEngine(server);
  const strategy = singleUserStrategy(engine);
  const current = strategy.schema.parse(text, 'a value');
  return { server, engine, strategy, current, ctx: timelessContext() };
}

async function keys<P extends IssuingProvider | AcceptingProvider>(provider: P, start: () => Promise<ProviderDouble>) {
  const double = await start();
  doubles.push(double);
  const { admins, context } = keyWorld(provider, double);
  const value = { ...double.first, ...(double.admin && { masterarn: 'arn:admin' }) };
  return { double, provider, access: await accessTo(provider, value, { admins }, context({})) };
}

const names = { from: 'app', to: 'app_clone', base: 'app' };

const runs: Record<keyof typeof examples, () => Promise<void>> = {
  async DatabaseEngine() {
    const { server, engine, current, ctx } = database();

    await examples.DatabaseEngine(engine, current, ctx);

    expect(server.users.get('app')?.password).toBe('A-new-one-1');
    expect(server.taken).toEqual(['app', 'app']);
  },

  async DatabaseSession() {
    const { server, engine, current, ctx } = database();
    const [session, other] = [await engine.connect(current, ctx), await engine.connect(current, ctx)];
    const more = { ...other, privileges: async () => ['more'] };

    await examples.DatabaseSession(session, more);
    const takenBack = server.users.get('app')?.password;
    await examples.DatabaseSession(session, other);

    expect([takenBack, server.users.get('app')?.password]).toEqual([current.password, 'A-new-one-1']);
  },

  async PairPort() {
    const server = serverWith(pairUser('app'));
    const proof = { password: 'password of app', async *others() {} };

    await examples.PairPort(server.portTo('app_clone'), names, proof);

    expect(server.state()).toMatchObject({ app: { tied: true }, app_clone: { tied: true, rights: ['right of app'] } });
  },

  async PairUsers() {
    const server = serverWith(pairUser('app'));

    await examples.PairUsers(server.at('app_clone'), names);

    expect(server.state()).toMatchObject({ app_clone: { password: 'new' } });
  },

  async IssuingProvider() {
    const { double, provider, access } = await keys(sendgrid, startSendgrid);

    const { pending } = await examples.IssuingProvider(provider, access);

    expect([double.opens(double.first), double.opens(pending)]).toEqual([false, true]);
  },

  async AcceptingProvider() {
    const { double, provider, access } = await keys(auth0, startAuth0);

    const { pending } = await examples.AcceptingProvider(provider, access);

    expect(double.opens(pending)).toBe(true);
  },

  async Generator() {
    const { made, fault } = await examples.Generator(randomText('hex', 8));

    expect(fault).toBeUndefined();
    expect(made).toEqual({ value: expect.stringMatching(/^[0-9a-f]{16}$/) });
  },

  async SecretSchema() {
    const { strategy, ctx } = database();

    const { stored } = await examples.SecretSchema(strategy.schema, text, ctx);

    expect(stored).toBe(text);
    expect(ctx.redact.text('it is First-one-1')).not.toContain('First-one-1');
  },

  async RotationContext() {
    const ctx = timelessContext();

    await examples.RotationContext(ctx, 'app', 'First-one-1');

    expect(ctx.redact.text('it is First-one-1')).not.toContain('First-one-1');
    expect(ctx.lines).toEqual([{ message: 'waiting for the user to be there', fields: { username: 'app' } }]);
  },

  async RotationStrategy() {
    const { server, strategy, current, ctx } = database();

    const { pending } = await examples.RotationStrategy(strategy, current, ctx);

    expect(server.users.get('app')?.password).toBe(pending.password);
    expect(server.open).toEqual([]);
  },

  async SecretVersions() {
    const store = memoryStore(text);
    const token = await store.begin();

    const { current } = await examples.SecretVersions(store.versions, store.secretId, token);

    expect(current).toBe('{"password":"a new one"}');
    expect((await store.labels())[token]).toEqual(['AWSCURRENT']);
  },
};

describe('a contract', () => {
  const found = contracts();
  const source = read('test/repository/contract-examples.ts');
  const told = (name: string) =>
    new RegExp(String.raw`^ {2}async ${name}\b[^{]*\{\n([\s\S]*?)^ {2}\},`, 'm').exec(source)?.[1];
  /** Lines are broken elsewhere in a comment. */
  const flat = (code = '') => code.replace(/^ +return \{.*\};\n$/m, '').replace(/,?\s+(?=[)}\]])|\s+/g, '');

  it.each(found)('$name in $file has an example, and it is the one that runs', ({ name, example }) => {
    expect(example).toBeDefined();
    expect(flat(told(name))).toBe(flat(example));
  });

  it('is all that has one', () => {
    expect(Object.keys(examples).sort()).toEqual(found.map(({ name }) => name).sort());
  });
});

it.each(Object.entries(runs))('the example at %s runs', async (_name, run) => {
  await run();
});
