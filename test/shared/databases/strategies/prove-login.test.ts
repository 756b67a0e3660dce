/** What the strategies for one user and for two say of themselves, and that none believes a server that only says yes. */
import { describe, expect, it } from 'vitest';
import type { DatabaseEngine, DatabaseSession } from '../../../../shared/databases/engine.ts';
import { alternatingUsersStrategy } from '../../../../shared/databases/strategies/alternating-users.ts';
import { dualPasswordStrategy } from '../../../../shared/databases/strategies/dual-password.ts';
import { isSeenToOpen, proveLogin, undoing } from '../../../../shared/databases/strategies/prove-login.ts';
import { replayed } from '../../../../shared/databases/strategies/replayed.ts';
import { singleUserStrategy } from '../../../../shared/databases/strategies/single-user.ts';
import { superuserSetStrategy } from '../../../../shared/databases/strategies/superuser-set.ts';
import { crashPlan } from '../../../conformance/crash.ts';
import { wholeRotation } from '../../../conformance/rotate.ts';
import { timelessContext } from '../../../support/context.ts';
import { memoryEngine, memoryServer } from '../../../support/memory-engine.ts';
import { memoryWorld } from '../../../support/memory-world.ts';
import { byLabel } from '../../../support/store.ts';

const strategies = [
  ['single-user', singleUserStrategy, 'brief'],
  ['superuser-set', superuserSetStrategy, 'brief'],
  ['dual-password', dualPasswordStrategy, 'none'],
  ['alternating-users', alternatingUsersStrategy, 'none'],
] as const;

/** The engine, with sessions that differ in something. */
const differing = (engine: DatabaseEngine, change: (session: DatabaseSession) => Partial<DatabaseSession>) => ({
  ...engine,
  async connect(...args: Parameters<DatabaseEngine['connect']>) {
    const session = await engine.connect(...args);
    return { ...session, ...change(session) };
  },
});

describe.each(strategies)('%s', (name, strategy, outage) => {
  it('says what it is, and promotes in setSecret', () => {
    expect(memoryWorld(strategy).strategy(crashPlan())).toMatchObject({
      name,
      system: 'memory',
      outage,
      cutover: 'set',
    });
  });

  it('is not promoted when the server takes a change and does not make it', async () => {
    const idle = { setPassword: async () => async () => {}, addPassword: async () => {}, cloneUser: async () => {} };
    const here = memoryWorld((engine, source) =>
      strategy(
        differing(engine, () => idle),
        source,
      ),
    );
    const before = (await byLabel(here.store)).AWSCURRENT;

    await expect(wholeRotation(here)).rejects.toMatchObject({ code: 'AUTHENTICATION_REFUSED' });

    expect((await byLabel(here.store)).AWSCURRENT).toBe(before);
    expect(here.server.open).toEqual([]);
  });
});

describe('a login', () => {
  const server = memoryServer();
  server.users.set('app', { password: 'first-password', rights: new Set() });
  const login = { engine: 'memory', host: server.host, username: 'app', password: 'first-password' };
  const silent = differing(memoryEngine(server), () => ({ ping: () => Promise.reject(new Error('no answer')) }));

  it('is proven by a question that the server answers, and leaves no session open', async () => {
    await expect(proveLogin(silent, login, timelessContext())).rejects.toThrow('no answer');

    expect(server.open).toEqual([]);
  });

  it.each([
    ['that is answered', memoryEngine(server), login, true],
    ['that is not answered', silent, login, false],
    ['that is refused', memoryEngine(server), { ...login, password: 'wrong' }, false],
  ])('%s is seen to open the system, or not: %s', async (_what, engine, value, expected) => {
    expect(await isSeenToOpen(engine, value, timelessContext())).toBe(expected);
  });
});

describe('what was put back', () => {
  const world = () => {
    const server = memoryServer();
    server.users.set('app', { password: 'kept otherwise', rights: new Set() });
    const login = {
      engine: 'memory',
      host: server.host,
      port: server.port,
      username: 'app',
      password: 'first-password',
    };
    const putBack = async () => void server.users.set('app', { password: 'first-password', rights: new Set() });
    const reopens = (otherwise?: () => Promise<void>) =>
      undoing(
        memoryEngine(server),
        Object.assign(async () => {}, otherwise && { otherwise }),
        login,
        timelessContext(),
      ).reopens();
    return { server, putBack, reopens };
  };

  it('is not seen to open where it does not, and has no other form', async () => {
    const { server, reopens } = world();

    expect(await reopens()).toBe(false);
    expect(server.refused).toEqual(['app']);
  });

  it('is put back in another form where it has one, and is seen to open then', async () => {
    const { server, putBack, reopens } = world();

    expect(await reopens(putBack)).toBe(true);
    expect(server.taken).toEqual(['app']);
  });

  it('is not put back in another form where the first opens', async () => {
    const { server, putBack, reopens } = world();
    await putBack();

    expect(await reopens(() => Promise.reject(new Error('not needed')))).toBe(true);
    expect(server.refused).toEqual([]);
  });

  it('is not seen to open where the other form is refused, or does not open', async () => {
    const one = world();
    const other = world();

    expect(await one.reopens(() => Promise.reject(new Error('refused')))).toBe(false);
    expect(await other.reopens(async () => {})).toBe(false);
    expect(other.server.refused).toEqual(['app', 'app']);
  });
});

it('dual-password reads tags, for they say when the older password ends', () => {
  expect(memoryWorld(dualPasswordStrategy).strategy(crashPlan()).readsTags).toBe(true);
});

it('what is looked at within the cut-over waits for no server to wake up', async () => {
  const server = memoryServer();
  server.users.set('app', { password: 'it', rights: new Set() });
  const awake: unknown[] = [];
  const engine = memoryEngine(server);
  const looking: DatabaseEngine = {
    ...engine,
    connect: (login, ctx) => {
      awake.push(ctx.awake);
      return engine.connect(login, ctx);
    },
  };
  const login = { engine: 'memory', host: server.host, port: server.port, username: 'app', password: 'it' };

  await isSeenToOpen(looking, login, timelessContext());
  await replayed(looking, login, timelessContext());

  expect(awake).toEqual([true, true]);
});
