// Which files have mutants, and the suites that kill them: those in memory, without servers.

export const mutated = [
  'shared/rotation/{cut-over,errors,pause,promote,redact,revoke-previous,rotation,steps}.ts',
  'shared/rotation/{after-promotion,diagnose,put-in-force,roll-back}.ts',
  'shared/rotation/{same-name,strategy,test-pending,unseen,values,versions}.ts',
  // Which field of a secret follows a new password.
  'shared/rotation/{copies,copy-forms,copy-judgement,field-roles}.ts',
  'shared/databases/strategies/{single-user,alternating-users,superuser-set,dual-password}.ts',
  'shared/databases/strategies/{stored-login,replayed,prove-login,superuser-session}.ts',
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
