import { describe, expect, it } from 'vitest';
import {
  InvalidSecretError,
  PermissionError,
  ServiceError,
  StagingError,
  UnreachableError,
} from '../../../shared/rotation/errors.ts';
import { promote } from '../../../shared/rotation/promote.ts';
import { timelessContext } from '../../support/context.ts';
import { memoryStore } from '../../support/memory-store.ts';

const hint = 'look';
const lost = () => new UnreachableError('no answer', { code: 'CONNECTION_LOST', hint });

/** `now` has AWSCURRENT, `token` is this rotation's version; the label moves, or not, and then comes the error. */
function world(error: Error, moves?: 'to token' | 'to another') {
  const { versions } = memoryStore(
    new Map([
      ['now', { value: '1', labels: ['AWSCURRENT'] }],
      ['token', { value: '2', labels: ['AWSPENDING'] }],
      ['another', { value: '3', labels: [] }],
    ]),
  );
  const move = versions.promote;
  const given = { looks: 0 };
  const { describe: look } = versions;
  versions.describe = (id) => {
    given.looks++;
    return look(id);
  };
  versions.promote = async (id, _version, from) => {
    if (moves !== undefined) await move(id, moves === 'to token' ? 'token' : 'another', from);
    throw error;
  };
  return { versions, given, promoted: () => promote(versions, 'now', timelessContext({ token: 'token' })) };
}

describe('promote', () => {
  it('moves the label, and does not look again', async () => {
    const { versions, given } = world(lost());
    versions.promote = async () => {};

    const promotion = await promote(versions, 'now', timelessContext({ token: 'token' }));

    expect(promotion).toEqual({ moved: true });
    expect(given.looks).toBe(0);
  });

  it('moves nothing, for sure, when no version has AWSCURRENT', async () => {
    const { versions } = world(lost());

    const promotion = await promote(versions, undefined, timelessContext());

    expect(promotion).toEqual({ moved: false, certain: true, error: expect.any(StagingError) });
    expect(promotion).toMatchObject({ error: { code: 'CURRENT_MISSING' } });
  });

  it.each([
    new StagingError('no', { code: 'TOKEN_UNKNOWN', hint }),
    new PermissionError('no', { hint }),
    new InvalidSecretError('no', { hint }),
  ])('believes a refusal without a look: $name', async (error) => {
    const { promoted, given } = world(error);

    expect(await promoted()).toEqual({ moved: false, certain: true, error });
    expect(given.looks).toBe(0);
  });

  it.each([
    ['an error that says nothing', lost()],
    ['a conflict: an SDK has repeated what had been applied', new StagingError('no', { code: 'CURRENT_MOVED', hint })],
  ])('has moved the label when it is seen there after %s', async (_what, error) => {
    const { promoted, given } = world(error, 'to token');

    expect(await promoted()).toEqual({ moved: true });
    expect(given.looks).toBe(1);
  });

  it('knows for sure when another version has the label, and says which', async () => {
    const error = lost();
    const { promoted } = world(error, 'to another');

    expect(await promoted()).toMatchObject({
      moved: false,
      certain: true,
      error: {
        code: 'CURRENT_MOVED',
        fact: 'AWSCURRENT of test/secret moved to another while this step ran',
        cause: error,
      },
    });
  });

  it.each([
    ['an error that says nothing is not certain', lost(), false],
    ['a conflict is not certain', new StagingError('no', { code: 'CURRENT_MOVED', hint }), false],
    ['an error of no class is not certain', new Error('no'), false],
    ['being turned away at the door is', new ServiceError('no', { code: 'THROTTLED', hint }), true],
  ])('looks four times before the label is where it was: %s', async (_what, error, certain) => {
    const { promoted, given } = world(error);

    expect(await promoted()).toEqual({ moved: false, certain, error });
    expect(given.looks).toBe(4);
  });

  it.each(['to token', undefined] as const)('knows nothing when it cannot look', async (moves) => {
    const error = lost();
    const { versions, promoted } = world(error, moves);
    versions.describe = () => Promise.reject(new Error('no answer either'));

    expect(await promoted()).toEqual({ moved: false, certain: false, error });
  });
});
