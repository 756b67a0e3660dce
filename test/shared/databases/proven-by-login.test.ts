import { expect, it } from 'vitest';
import { provenByLogin } from '../../../shared/databases/proven-by-login.ts';
import { AuthenticationError, UnreachableError } from '../../../shared/rotation/errors.ts';
import { stored } from '../../support/pair-proof.ts';

/** A user that one password opens, and what was tried on it. */
function userWith(right: string) {
  const tried: string[] = [];
  const proves = provenByLogin(async (password) => {
    tried.push(password);
    if (password === 'no server') throw new UnreachableError('gone', { code: 'UNREACHABLE_TCP', hint: '-' });
    if (password !== right) throw new AuthenticationError('refused', { hint: '-' });
  });
  const isProven = async (...others: readonly string[]) =>
    (await proves(undefined, stored('-', ...others).others()))(undefined);
  return { tried, isProven };
}

it('the first stored password that logs in is proof, and no more are tried', async () => {
  const { tried, isProven } = userWith('right');

  expect(await isProven('wrong', 'right', 'older')).toBe(true);
  expect(tried).toEqual(['wrong', 'right']);
});

it('nothing stored, nothing proven', async () => {
  const { tried, isProven } = userWith('right');

  expect(await isProven()).toBe(false);
  expect(tried).toEqual([]);
});

it('three are tried at most, for each that is refused counts', async () => {
  const { tried, isProven } = userWith('right');

  expect(await isProven('a', 'b', 'c', 'right')).toBe(false);
  expect(tried).toEqual(['a', 'b', 'c']);
});

it('the third may be the one, and each is tried once', async () => {
  const { tried, isProven } = userWith('right');

  expect(await isProven('a', 'a', 'b', 'a', 'b', 'right')).toBe(true);
  expect(tried).toEqual(['a', 'b', 'right']);
});

it('a server that is not reached proves nothing either way', async () => {
  const { isProven } = userWith('right');

  await expect(isProven('no server', 'right')).rejects.toMatchObject({ code: 'UNREACHABLE_TCP' });
});
