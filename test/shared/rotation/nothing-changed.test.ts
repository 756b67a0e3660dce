/** What is said to work when a step of a single user fails before it has changed anything: AWSCURRENT alone, where that can be known. */
import { describe, expect, it } from 'vitest';
import { singleUserStrategy } from '../../../shared/databases/strategies/single-user.ts';
import {
  AuthenticationError,
  PermissionError,
  ServiceError,
  UnreachableError,
} from '../../../shared/rotation/errors.ts';
import { step } from '../../conformance/rotate.ts';
import { begun } from '../../support/memory-rotation.ts';
import { changed, type MemoryWorld, memoryWorld } from '../../support/memory-world.ts';

const EITHER = 'AWSCURRENT or AWSPENDING';
const hint = 'do';
const denied = new PermissionError('DescribeSecret is denied', { hint, code: 'ACCESS_DENIED' });
const throttled = new ServiceError('no more calls', { hint, code: 'THROTTLED' });
const unreachable = new UnreachableError('not there', { hint, code: 'UNREACHABLE_TCP' });
const afterPassword = new PermissionError('may not connect', { hint, tookPassword: true });

/** A rotation that has begun, and of which nothing is stored. */
async function fresh() {
  const here = memoryWorld(singleUserStrategy);
  return { here, token: await here.store.begin() };
}

/** An earlier try has set the pending password, and died before anybody knew. */
async function half() {
  const { here, token, pending } = await begun();
  await here.setPassword('app', pending);
  return { here, token };
}

async function told(given: { here: MemoryWorld; token: string }, name: string, cutover?: 'finish') {
  const progress = { working: 'unknown' as const };
  const failed = step(given.here, given.token, name, { progress, ...(cutover && { cutover }) }).then(
    () => 'passed',
    (error) => error.code,
  );
  return [await failed, progress.working];
}

const undescribed = ({ here, ...rest }: { here: MemoryWorld; token: string }, error: Error) => {
  here.store.versions.describe = () => Promise.reject(error);
  return { here, ...rest };
};

/** Logins with these passwords get no further than this. */
const stopped = (
  { here, token }: { here: MemoryWorld; token: string },
  by: (password: string) => Error | undefined,
) => ({
  token,
  here: {
    ...here,
    strategy: (plan) => {
      const engine = plan.engine;
      const stopping: typeof engine = (one) => {
        const usual = engine(one);
        return {
          ...usual,
          async connect(login, ctx) {
            const error = by(login.password);
            if (error !== undefined) throw error;
            return usual.connect(login, ctx);
          },
        };
      };
      return here.strategy({ ...plan, engine: stopping });
    },
  } satisfies MemoryWorld,
});

describe('createSecret', () => {
  it.each([
    ['is denied', denied],
    ['is throttled', throttled],
  ])('says AWSCURRENT when it is the first, and DescribeSecret %s', async (_what, error) => {
    expect(await told(undescribed(await fresh(), error), 'createSecret')).toEqual([error.code, 'AWSCURRENT']);
  });

  it('says AWSCURRENT under the other name of the step, too', async () => {
    expect(await told(undescribed(await fresh(), denied), 'create_secret')).toEqual([denied.code, 'AWSCURRENT']);
  });

  it('says AWSCURRENT when rotation is switched off', async () => {
    const given = await fresh();
    await given.here.store.switchOff();

    expect(await told(given, 'createSecret')).toEqual(['ROTATION_DISABLED', 'AWSCURRENT']);
  });

  it('says either when the value cannot be looked for', async () => {
    const given = undescribed(await fresh(), denied);
    given.here.store.versions.read = () => Promise.reject(denied);

    expect(await told(given, 'createSecret')).toEqual([denied.code, EITHER]);
  });

  it('says either when the value is there at the first look, and AWSPENDING is taken off before a second one', async () => {
    const given = undescribed(await half(), denied);
    const { read } = given.here.store.versions;
    let looks = 0;
    given.here.store.versions.read = async (...asked) => (looks++ === 0 ? read(...asked) : undefined);

    expect(await told(given, 'createSecret')).toEqual([denied.code, EITHER]);
    expect(looks).toBe(1);
  });

  it('says either when it comes again, after a try that died', async () => {
    expect(await told(undescribed(await half(), denied), 'createSecret')).toEqual([denied.code, EITHER]);
  });

  it('says either when it comes again, after a try that died, and the rotation was abandoned', async () => {
    const given = await half();
    await given.here.store.abandon();

    expect(await told(given, 'createSecret')).toEqual(['TOKEN_UNKNOWN', EITHER]);
  });

  it('says either, too, when the version of the abandoned one has a label of somebody', async () => {
    const given = await half();
    await given.here.store.abandon();
    const { describe: look } = given.here.store.versions;
    given.here.store.versions.describe = async (id) => {
      const seen = await look(id);
      return { ...seen, labels: { ...seen.labels, [given.token]: ['KEPT'] } };
    };

    expect(await told(given, 'createSecret')).toEqual(['TOKEN_NOT_PENDING', EITHER]);
  });
});

describe.each([
  ['setSecret', undefined],
  ['testSecret', 'finish'],
] as const)('%s', (name, cutover) => {
  it('says AWSCURRENT when there is no pending value', async () => {
    expect(await told(await fresh(), name, cutover)).toEqual(['PENDING_EMPTY', 'AWSCURRENT']);
  });

  it('says either when it was not let in at the door', async () => {
    expect(await told(undescribed(await half(), denied), name, cutover)).toEqual([denied.code, EITHER]);
  });
});

describe('setSecret', () => {
  it('says AWSCURRENT when the server took its password, and refused what comes after', async () => {
    const given = stopped(await begun(), () => afterPassword);

    expect(await told(given, 'setSecret')).toEqual(['PERMISSION_DENIED', 'AWSCURRENT']);
  });

  it('says AWSCURRENT then, also where a repeat may pass', async () => {
    const full = new UnreachableError('full', { hint, code: 'UNREACHABLE_LOGIN', tookPassword: true });

    expect(
      await told(
        stopped(await begun(), () => full),
        'setSecret',
      ),
    ).toEqual(['UNREACHABLE_LOGIN', 'AWSCURRENT']);
  });

  it('says either when it is another password that the server took', async () => {
    const given = await half();
    const refused = new AuthenticationError('no', { hint });
    const by = (password: string) => (password === 'first-password' ? refused : afterPassword);

    expect(await told(stopped(given, by), 'setSecret')).toEqual(['PERMISSION_DENIED', EITHER]);
  });

  it('says either when the rotation was abandoned meanwhile, and the secret cannot be described', async () => {
    const given = await half();
    await given.here.store.abandon();

    expect(await told(undescribed(given, throttled), 'setSecret')).toEqual(['THROTTLED', EITHER]);
  });

  it('says either when what failed after the login is nothing that anybody foresaw', async () => {
    const { here, token } = await begun();
    const broken = changed(here, () => ({
      set: async (_, ctx) => {
        ctx.currentOpens?.();
        throw new Error('a defect');
      },
    }));

    expect((await told({ here: broken, token }, 'setSecret'))[1]).toBe(EITHER);
  });

  /** Both have the same labels, and the same values: whoever does not log in cannot tell them apart. */
  it.each([
    ['nobody has tried before', begun, 'AWSCURRENT'],
    ['an earlier try has died', half, 'AWSPENDING'],
  ])('says either when it does not get as far as a login: %s', async (_what, given, opens) => {
    const { here, token } = await given();
    const labels = Object.values(await here.store.labels()).flat();
    const works = await Promise.all(
      Object.entries(await here.store.labels()).map(async ([version, [label]]) =>
        (await here.opens(JSON.parse(String(await here.store.valueOf(version))))) ? label : undefined,
      ),
    );

    expect(
      await told(
        stopped({ here, token }, () => unreachable),
        'setSecret',
      ),
    ).toEqual(['UNREACHABLE_TCP', EITHER]);

    expect(labels).toEqual(['AWSCURRENT', 'AWSPENDING']);
    expect(works.filter((label) => label !== undefined)).toEqual([opens]);
  });
});
