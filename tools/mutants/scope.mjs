// Which files have mutants, and the suites that kill them: those in memory, without servers.

export const mutated = [
  'shared/rotation/*.ts',
  'shared/databases/strategies/*.ts',
  'shared/databases/{equal-rights,place,password}.ts',
  // The rule of pairs: a policy of security that every engine keeps.
  'shared/databases/pair.ts',
  // Which key goes, and whether another comes.
  'shared/keys/plan.ts',
];

/**
 * In the order in which they are run: one that fails ends the run of a mutant, so the slow ones come last. Of the plan of keys the
 * tables alone: what they do not say, thousands of drawn snapshots should not have to find.
 */
export const suites = [
  'test/shared/rotation/{cop,field}*.test.ts',
  'test/shared/rotation/*.test.ts',
  'test/shared/keys/{plan,plan-to-revoke}.test.ts',
  'test/shared/databases/{password,place,pair}.test.ts',
  'test/shared/databases/strategies/{stored-login,replayed,prove-login,superuser-session}.test.ts',
  'test/shared/databases/strategies/{single-user,alternating-users,alternating-users-rights,superuser-set,dual-password}.test.ts',
];
