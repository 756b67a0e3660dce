// Which files have mutants, and the suites that kill them: those in memory, without servers.

export const mutated = [
  'shared/rotation/*.ts',
  'shared/strategies/{single-user,alternating-users,superuser-set,dual-password}.ts',
  'shared/strategies/{stored-login,replayed,same-place,prove-login,superuser-session}.ts',
  'shared/secrets/password.ts',
  // The rule of pairs: a policy of security that every engine keeps.
  'shared/{engines,databases}/pair.ts',
];

/** In the order in which they are run: one that fails ends the run of a mutant, so the slow ones come last. */
export const suites = [
  'test/shared/rotation/*.test.ts',
  'test/shared/secrets/password.test.ts',
  'test/shared/{engines,databases}/pair.test.ts',
  'test/shared/strategies/{stored-login,replayed,same-place,prove-login,superuser-session}.test.ts',
  'test/shared/strategies/{single-user,alternating-users,superuser-set,dual-password}.test.ts',
];
