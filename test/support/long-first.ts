import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * What takes ten seconds and more, the longest first. Vitest knows by itself how long files took the last time, but nothing in a fresh
 * clone; and whatever long one starts last keeps one core busy and leaves the others idle.
 */
export const longFiles: readonly string[] = [
  'test/prove/main.test.ts',
  'test/repository/stack.test.ts',
  'test/repository/package.test.ts',
  'test/repository/alone.test.ts',
  'test/functions/on-call.test.ts',
  'test/functions/parameter.test.ts',
  'test/shared/stores/parameter-store/rotations.test.ts',
  'test/shared/databases/strategies/changed-settings-on-postgres.test.ts',
  'test/shared/databases/strategies/single-user-on-documentdb.test.ts',
  'test/functions/mysql.test.ts',
  'test/shared/databases/strategies/alternating-users-on-documentdb.test.ts',
  'test/shared/databases/mysql/mariadb.test.ts',
  'test/shared/databases/redshift/redshift.test.ts',
  'test/functions/postgres-faults.test.ts',
  'test/docs/commands.test.ts',
  'test/shared/keys/vendors/datadog.test.ts',
  'test/demo/engines.test.ts',
  'test/functions/postgres-bad-input.test.ts',
  'test/shared/databases/documentdb/documentdb.test.ts',
  'test/shared/databases/strategies/superuser-set-on-redshift.test.ts',
  'test/bench/main.test.ts',
  'test/shared/databases/mysql/mysql.test.ts',
  'test/functions/redshift.test.ts',
  'test/shared/databases/postgres/postgres.test.ts',
  'test/demo/documentdb-guest.test.ts',
  'test/local/ending.test.ts',
  'test/shared/databases/strategies/superuser-set-on-postgres.test.ts',
  'test/shared/keys/vendors/iam.test.ts',
  'test/shared/databases/strategies/strict-accounts-on-mysql.test.ts',
  'test/shared/databases/postgres/postgres-waking.test.ts',
  'test/shared/keys/vendors/twilio/api-key.test.ts',
  'test/shared/stores/parameter-store/unfinished.test.ts',
  'test/shared/stores/secrets-manager.test.ts',
  'test/cli/rotate.test.ts',
  'test/functions/postgres.test.ts',
  'test/shared/keys/vendors/atlas.test.ts',
  'test/functions/documentdb.test.ts',
  'test/shared/keys/api/send.test.ts',
  'test/cli/cost/cost.test.ts',
  'test/cli/console.test.ts',
];

const placeOf = ({ moduleId }: TestSpecification): number => {
  const place = longFiles.findIndex((file) => moduleId.endsWith(`/${file}`));
  return place < 0 ? longFiles.length : place;
};

export class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).sort((a, b) => placeOf(a) - placeOf(b));
  }
}
