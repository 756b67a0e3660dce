import { expect, it } from 'vitest';
import { loginFollowing } from '../../../shared/rotation/copy-logins.ts';
import { opensWith } from '../../../shared/rotation/copy-mentions.ts';

it('any of several owners tells that a password follows it', () => {
  const owners = ['x', 'app', 'y'].map((from) => ({ from, to: from }));

  expect(opensWith('app:abc12@tcp(db)', 'abc12', owners, '')).toBe(true);
  expect(opensWith('z:abc12@tcp(db)', 'abc12', owners, '')).toBe(false);
});

it('an option alone names a user', () => {
  const ours = { owners: [{ from: 'app', to: 'app_clone' }], host: 'db', anyOwner: false, names: [] };

  expect(loginFollowing('-uapp', { users: [], hosts: [] }, ours)).toEqual({ stale: 'unknown' });
});
