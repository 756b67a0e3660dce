/** AWSCURRENT of alternating users is refused: the rotation fails, and people are told whether AWSPREVIOUS lets applications in. */
import { expect, it } from 'vitest';
import { alternatingUsersStrategy } from '../../../shared/databases/strategies/alternating-users.ts';
import { ServiceError } from '../../../shared/rotation/errors.ts';
import { crashPlan } from '../../conformance/crash.ts';
import { rollback, step } from '../../conformance/rotate.ts';
import type { MemoryWorld } from '../../support/memory-world.ts';
import { memoryWorld } from '../../support/memory-world.ts';
import { passwordOf, rotated, storing } from '../../support/rolled-back.ts';
import { labelled } from '../../support/store.ts';

/** A rotation up to setSecret. What it was refused with, what is said to work, and who logged in, or tried to, in this step. */
async function refused(here: MemoryWorld) {
  const token = await here.store.begin();
  await step(here, token, 'createSecret');
  const plan = crashPlan();
  const { engine } = plan;
  const tried: string[] = [];
  plan.engine = (port) =>
    engine({
      ...port,
      connect(login, ctx) {
        tried.push(`${login.username}@${login.host}`);
        return port.connect(login, ctx);
      },
    });
  const progress = { working: 'AWSCURRENT' } as const;
  const before = passwords(here);
  const error = await step(here, token, 'setSecret', { plan, progress }).catch((thrown) => thrown);
  expect(passwords(here)).toEqual(before);
  expect(here.server.open).toEqual([]);
  return { error, working: progress.working as string, tried };
}

const passwords = ({ server }: MemoryWorld) => [...server.users].map(([name, { password }]) => [name, password]);
const currentOf = async (here: MemoryWorld) => (await labelled(here.store, 'AWSCURRENT')) as object;

it('is AWSPREVIOUS where that opens the system; the refusal stays what it is', async () => {
  const { here } = await rotated(alternatingUsersStrategy);
  await here.setPassword('app_clone', 'by hand');

  const { error, working, tried } = await refused(here);

  expect(error).toMatchObject({ code: 'AUTHENTICATION_REFUSED', hint: expect.stringContaining('rekey rollback') });
  expect(working).toBe('AWSPREVIOUS');
  expect(tried).toEqual(['app_clone@db.test', 'app@db.test']);
});

it('is not known where AWSPREVIOUS is refused, too', async () => {
  const { here } = await rotated(alternatingUsersStrategy);
  await here.setPassword('app_clone', 'by hand');
  await here.setPassword('app', 'by hand');

  const { error, working, tried } = await refused(here);

  expect(error.code).toBe('AUTHENTICATION_REFUSED');
  expect(error.fact).toContain('app_clone');
  expect([working, tried]).toEqual(['AWSCURRENT', ['app_clone@db.test', 'app@db.test']]);
});

it('is not known where AWSPREVIOUS cannot be read, or there is none', async () => {
  const first = memoryWorld(alternatingUsersStrategy);
  await first.setPassword('app', 'by hand');
  const { here } = await rotated(alternatingUsersStrategy);
  await here.setPassword('app_clone', 'by hand');
  const { read } = here.store.versions;
  const unread = storing(here, {
    read: async (id, label, version) => {
      if (label === 'AWSPREVIOUS') throw new ServiceError('it fails', { hint: 'repeat it' });
      return read(id, label, version);
    },
  });

  const [none, failing] = [await refused(first), await refused(unread)];

  expect([none.error.code, failing.error.code]).toEqual(['AUTHENTICATION_REFUSED', 'AUTHENTICATION_REFUSED']);
  expect([none.working, failing.working]).toEqual(['AWSCURRENT', 'AWSCURRENT']);
  expect([none.tried, failing.tried]).toEqual([['app@db.test'], ['app_clone@db.test']]);
});

it.each([
  ['for a third user', { username: 'other' }],
  ['at another place', { username: 'app', host: 'elsewhere.test' }],
])('is not tried %s', async (_, more) => {
  const { here } = await rotated(alternatingUsersStrategy);
  const current = await currentOf(here);
  here.server.users.set('other', { password: 'first-password', rights: new Set() });
  await here.store.putCurrent(JSON.stringify({ ...current, password: 'first-password', ...more }));
  await here.store.putCurrent(JSON.stringify({ ...current, password: 'wrong' }));

  const { error, working, tried } = await refused(here);

  expect(error.code).toBe('AUTHENTICATION_REFUSED');
  expect([working, tried]).toEqual(['AWSCURRENT', ['app_clone@db.test']]);
});

it('is not tried where nobody has said no to AWSCURRENT', async () => {
  const { here } = await rotated(alternatingUsersStrategy);
  here.server.unsupported.add(await passwordOf(here, 'AWSCURRENT'));

  const { error, working, tried } = await refused(here);

  expect(error).toMatchObject({ code: 'LOGIN_UNSUPPORTED', hint: expect.not.stringContaining('rekey rollback') });
  expect([working, tried]).toEqual(['AWSCURRENT', ['app_clone@db.test']]);
});

it('is not tried again by whoever rolls back to it: a refused login counts', async () => {
  const { here, progress } = await rotated(alternatingUsersStrategy);
  await here.setPassword('app_clone', 'by hand');
  await here.setPassword('app', 'by hand');

  await expect(rollback(here, { progress })).rejects.toMatchObject({ code: 'AUTHENTICATION_REFUSED' });

  expect(here.server.refused).toEqual(['app', 'app_clone']);
});

it('is said to nobody where nobody asks', async () => {
  const { here } = await rotated(alternatingUsersStrategy);
  const { schema, set } = here.strategy(crashPlan());
  const current = schema.parse(JSON.stringify({ ...(await currentOf(here)), password: 'wrong' }), 'AWSCURRENT');
  const pending = { ...current, username: 'app', password: 'new' };
  const older = {
    previous: async () => ({ ...pending, password: 'first-password' }),
    forgotten: async function* () {},
  };

  await expect(set({ pending, current, ...older }, here.context({}))).rejects.toMatchObject({
    code: 'AUTHENTICATION_REFUSED',
  });
});
