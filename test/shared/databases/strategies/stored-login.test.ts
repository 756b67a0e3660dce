/** Which stored value a strategy logs in with, in which order, and where no value is ever sent. */
import { describe, expect, it } from 'vitest';
import type { DatabaseEngine } from '../../../../shared/databases/engine.ts';
import type { DatabaseLogin } from '../../../../shared/databases/secret.ts';
import { dualPasswordStrategy } from '../../../../shared/databases/strategies/dual-password.ts';
import { singleUserStrategy } from '../../../../shared/databases/strategies/single-user.ts';
import { openStored } from '../../../../shared/databases/strategies/stored-login.ts';
import { superuserSetStrategy } from '../../../../shared/databases/strategies/superuser-set.ts';
import { UnreachableError } from '../../../../shared/rotation/errors.ts';
import { redactor } from '../../../../shared/rotation/redact.ts';
import { crashPlan } from '../../../conformance/crash.ts';
import { step, wholeRotation } from '../../../conformance/rotate.ts';
import { timelessContext } from '../../../support/context.ts';
import { memoryEngine } from '../../../support/memory-engine.ts';
import { memoryWorld } from '../../../support/memory-world.ts';
import { labelled } from '../../../support/store.ts';

/** A world in which the user has the password of the given value, and AWSCURRENT another one. */
async function refused(strategy: Parameters<typeof memoryWorld>[0] = singleUserStrategy) {
  const here = memoryWorld(strategy);
  const value = await labelled(here.store, 'AWSCURRENT');
  const put = (more: object) => here.store.putCurrent(JSON.stringify({ ...value, ...more }));
  await here.setPassword('app', 'of the server');
  return { here, value, put };
}

const elsewhere = [
  ['of another host', { host: 'old.test' }],
  ['of another port', { port: 6000 }],
  ['of another user', { username: 'somebody_else' }],
] as const;

describe('an older password', () => {
  it.each(elsewhere)('%s is never tried here, though it would open the system: AWSPREVIOUS', async (_what, other) => {
    const { here, put } = await refused();
    await put({ ...other, password: 'of the server' });
    await put({ password: 'not it' });

    await expect(wholeRotation(here)).rejects.toMatchObject({ code: 'LOCKED_OUT' });

    expect(here.server.users.get('app')?.password).toBe('of the server');
    expect(here.server.taken).toEqual([]);
    expect(here.server.open).toEqual([]);
  });

  it.each(elsewhere)('%s is never tried here, though it would open the system: no label', async (_what, other) => {
    const { here, put } = await refused();
    await put({ ...other, password: 'of the server' });
    for (const password of ['not it', 'not it either']) await put({ password });

    await expect(wholeRotation(here)).rejects.toMatchObject({ code: 'LOCKED_OUT' });

    expect(here.server.users.get('app')?.password).toBe('of the server');
    expect(here.server.taken).toEqual([]);
  });

  it('is tried with the settings of AWSCURRENT', async () => {
    const logins: (readonly [password: string, dbname: string | undefined])[] = [];
    const here = memoryWorld((engine) =>
      singleUserStrategy({
        ...engine,
        connect: (login, ctx) => engine.connect(login, ctx).finally(() => logins.push([login.password, login.dbname])),
      }),
    );
    const value = await labelled(here.store, 'AWSCURRENT');
    await here.store.putCurrent(JSON.stringify({ ...value, dbname: 'shop', password: 'not it' }));

    await wholeRotation(here);

    expect(logins).toContainEqual(['first-password', 'shop']);
    expect(logins.filter(([, dbname]) => dbname !== 'shop')).toEqual([]);
  });

  it('that no version knows is a lock-out that names the place, the user and the way out', async () => {
    const { here } = await refused();

    await expect(wholeRotation(here)).rejects.toMatchObject({
      fact: 'no stored version opens memory at db.test as app',
      hint: expect.stringContaining('put-secret-value'),
    });
  });

  it('of a version without a label: the newest that opens, after all with a label', async () => {
    const { here, put } = await refused();
    for (const password of ['of the server', 'older', 'newer', 'newest']) await put({ password });

    const token = await here.store.begin();
    await step(here, token, 'createSecret');
    const { news } = await step(here, token, 'setSecret');

    expect(news).toEqual([{ outcome: 'recovered', recoveredWith: 'a version without a label' }]);
    // AWSCURRENT, AWSPENDING, AWSPREVIOUS, and 'older'.
    expect(here.server.refused).toEqual(['app', 'app', 'app', 'app']);
  });
});

/** The engine fails otherwise than with a refusal, for one password. */
const failingFor = (password: string) => (engine: DatabaseEngine) =>
  singleUserStrategy({
    ...engine,
    async connect(login, ctx) {
      if (login.password !== password) return engine.connect(login, ctx);
      throw new UnreachableError('no answer', { code: 'UNREACHABLE_LOGIN', hint: 'look' });
    },
  });

it('only a refusal means: try the next one. Any other trouble ends the step, and no other value is sent', async () => {
  const here = memoryWorld(failingFor('not reached'));
  const value = await labelled(here.store, 'AWSCURRENT');
  await here.store.putCurrent(JSON.stringify({ ...value, password: 'not reached' }));

  await expect(wholeRotation(here)).rejects.toMatchObject({ code: 'UNREACHABLE_LOGIN' });

  expect([here.server.taken, here.server.refused]).toEqual([[], []]);
  expect(here.server.users.get('app')?.password).toBe('first-password');
});

describe('a pending value that an earlier try set', () => {
  it.each([
    ['single-user', singleUserStrategy],
    ['superuser-set', superuserSetStrategy],
    ['dual-password', dualPasswordStrategy],
  ] as const)('is not set again: what else works stays, too (%s)', async (_name, strategy) => {
    const here = memoryWorld(strategy);
    const token = await here.store.begin();
    await step(here, token, 'createSecret');
    const pending = String((await labelled(here.store, 'AWSPENDING'))?.password);
    Object.assign(here.server.users.get('app') ?? {}, { password: pending, second: 'of an administrator' });

    const { news } = await step(here, token, 'setSecret');

    expect(news).toEqual([{ outcome: 'recovered', recoveredWith: 'AWSPENDING' }]);
    expect(here.server.users.get('app')).toMatchObject({ password: pending, second: 'of an administrator' });
  });

  it('is kept, said to work before the promotion, and reported as what recovered', async () => {
    const here = memoryWorld(singleUserStrategy);
    const token = await here.store.begin();
    await step(here, token, 'createSecret');
    const pending = String((await labelled(here.store, 'AWSPENDING'))?.password);
    await here.setPassword('app', pending);
    const progress = { working: 'unknown' as const };
    here.store.versions.promote = () => Promise.reject(new Error('no answer'));

    await expect(step(here, token, 'setSecret', { progress })).rejects.toThrow('no answer');

    expect(here.server.users.get('app')?.password).toBe(pending);
    expect(progress.working).toBe('AWSPENDING');
  });
});

describe('where a superuser can look which value will be let in', () => {
  const looking = async () => {
    const world = await refused(superuserSetStrategy);
    world.here.server.shows = true;
    return world;
  };

  it('no other is tried, for an account may be locked by one refused login', async () => {
    const { here, put } = await looking();
    for (const password of ['of the server', 'not it']) await put({ password });

    const { reports } = await wholeRotation(here);

    expect(reports).toEqual(['recovered', 'succeeded']);
    expect(here.server.refused).toEqual([]);
  });

  it('and none is, nobody logs in', async () => {
    const { here } = await looking();

    await expect(wholeRotation(here)).rejects.toMatchObject({ code: 'LOCKED_OUT' });

    expect(here.server.taken).toEqual(['root']);
    expect(here.server.refused).toEqual([]);
    expect(here.server.users.get('app')?.password).toBe('of the server');
  });
});

it('says with the lock-out what else a login may be refused for by this engine', async () => {
  const { here } = await refused((engine) => singleUserStrategy({ ...engine, refusedFor: 'the word that helps' }));

  const rotation = wholeRotation(here);

  await expect(rotation).rejects.toMatchObject({ hint: expect.stringContaining(', and the word that helps; else') });
});

describe('a password that was stored with what nobody sees at its ends', () => {
  /** The passwords of the logins of a rotation, where these were stored, the last as AWSCURRENT. */
  async function rotated(...passwords: string[]) {
    const redact = redactor();
    const logins: string[] = [];
    const recoveredWith: unknown[] = [];
    const { here, put } = await refused((engine) => {
      const strategy = singleUserStrategy({
        ...engine,
        connect(login, ctx) {
          logins.push(login.password);
          return engine.connect(login, ctx);
        },
      });
      const set: typeof strategy.set = async (...args) => {
        const change = await strategy.set(...args);
        recoveredWith.push(change.recoveredWith);
        return change;
      };
      return { ...strategy, set };
    });
    for (const password of passwords) await put({ password });
    const outcome = await wholeRotation(here, { redact }).then(
      () => undefined,
      (error: { code: string; hint: string }) => error,
    );
    return { here, outcome, logins, recoveredWith, redact };
  }

  it.each(['of the server\n', 'of the server\r\n', '\tof the server', 'of the server\u00A0', '"of the server"'])(
    'is tried without it, after all others: %j',
    async (password) => {
      const { here, outcome, logins, recoveredWith, redact } = await rotated(password);

      expect(outcome).toBeUndefined();
      expect(recoveredWith).toEqual(['a stored password without what is unseen at its ends']);
      expect(redact.text('it is of the server, they say')).toBe('it is [redacted], they say');
      expect(logins[0]).toBe(password);
      expect(logins.filter((each) => each === 'of the server')).toHaveLength(1);
      const current = await labelled(here.store, 'AWSCURRENT');
      expect(here.server.users.get('app')?.password).toBe(current?.password);
    },
  );

  it('is named in the hint when it opens nothing either way', async () => {
    const { outcome, logins } = await rotated('not it\n');

    expect(outcome).toMatchObject({
      code: 'LOCKED_OUT',
      hint: expect.stringContaining('a stored password begins or ends in a line break'),
    });
    expect(logins.filter((each) => each === 'not it')).toHaveLength(1);
  });

  it('is named in the hint when an older version has it', async () => {
    const { outcome } = await rotated('not it\n', 'neither');

    expect(outcome).toMatchObject({ hint: expect.stringContaining('begins or ends in a line break') });
  });

  it('costs no login where it was tried without, or nothing is left of it', async () => {
    const { logins } = await rotated('not it', 'not it\n');
    const blank = await rotated('\n');

    expect(logins.filter((each) => each === 'not it')).toHaveLength(1);
    expect(blank.logins).not.toContain('');
  });

  it('costs one login more, however many versions have it', async () => {
    const { outcome, logins } = await rotated('one\n', 'two\n', 'three\n', 'four\n');

    expect(outcome).toMatchObject({ code: 'LOCKED_OUT', hint: expect.stringContaining('begins or ends in a line') });
    expect(new Set(logins).size).toBe(logins.length);
    expect(logins.filter((each) => /^(one|two|three|four)$/.test(each))).toEqual(['four']);
  });

  it('is tried without it of AWSPENDING as well, and of no older version', async () => {
    const { here } = await refused((engine) => singleUserStrategy(engine));
    const { current, pending } = { current: 'of before\n', pending: 'of the server\n' };
    const login = { ...(await labelled(here.store, 'AWSCURRENT')), original: {} } as never as DatabaseLogin;
    const none = { previous: async () => undefined, forgotten: async function* () {} };
    const secrets = { current: { ...login, password: current }, pending: { ...login, password: pending }, ...none };

    const { session, recoveredWith } = await openStored(memoryEngine(here.server), secrets, here.context({}));
    await session.close();

    expect(recoveredWith).toBe('a stored password without what is unseen at its ends');
  });

  it('costs an ordinary password no login', async () => {
    const { outcome, logins } = await rotated('not it');

    expect(outcome).toMatchObject({
      code: 'LOCKED_OUT',
      hint: expect.not.stringContaining('a stored password begins'),
    });
    expect(new Set(logins).size).toBe(logins.length);
    expect(logins).toHaveLength(3);
  });
});

it.each([
  [
    'an engine that knows another cause',
    'that field realm is right',
    /^see that app .* expired, and that field realm is right; else/,
  ],
  ['an engine that knows none', undefined, /^see that app .* expired; else/],
])('a lock-out says what to look at: %s', async (_what, refusedFor, hint) => {
  const { here, put } = await refused((engine) =>
    singleUserStrategy({ ...engine, ...(refusedFor !== undefined && { refusedFor }) }),
  );
  await put({ password: 'not it' });

  await expect(wholeRotation(here)).rejects.toMatchObject({ hint: expect.stringMatching(hint) });
});

it('nobody has to listen that AWSCURRENT opens', async () => {
  const { here, value } = await refused();
  await here.setPassword('app', String(value?.password));
  const current = here.strategy(crashPlan()).schema.parse(JSON.stringify(value), 'AWSCURRENT');
  const none = async function* () {};

  const change = await here
    .strategy(crashPlan())
    .set(
      { pending: { ...current, password: 'the next' }, current, previous: async () => undefined, forgotten: none },
      timelessContext(),
    );
  await change.close();

  expect(here.server.users.get('app')?.password).toBe('the next');
});

it('what a server refuses after the password is told as it is, also where nobody asks what opened', async () => {
  const here = memoryWorld(singleUserStrategy);
  const error = new UnreachableError('full', { hint: 'do', code: 'UNREACHABLE_LOGIN', tookPassword: true });
  const current = { engine: 'memory', host: 'db', username: 'app', password: 'one' };
  const engine: DatabaseEngine = { ...memoryEngine(here.server), connect: () => Promise.reject(error) };
  const older = { previous: async () => undefined, forgotten: async function* () {} };

  const opening = openStored(engine, { current, pending: { ...current, password: 'two' }, ...older }, here.context({}));

  await expect(opening).rejects.toBe(error);
});
