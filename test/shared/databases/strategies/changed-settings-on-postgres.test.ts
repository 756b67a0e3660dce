/**
 * On a real PostgreSQL server that asks for SCRAM, after its settings for new passwords were changed: a password that is set, or put
 * back, by the settings of that moment would let nobody in.
 */
import { afterAll, describe } from 'vitest';
import { singleUserStrategy } from '../../../../shared/databases/strategies/single-user.ts';
import { superuserSetStrategy } from '../../../../shared/databases/strategies/superuser-set.ts';
import { describeCrashes, describeFailures } from '../../../conformance/strategy-crashes.case.ts';
import { postgresHouse } from '../../../support/postgres-world.ts';

const house = await postgresHouse();
afterAll(() => house.close());

describe.each([
  ['password_encryption md5', { password_encryption: 'md5' }],
  ['scram_iterations 310000, more than drivers take', { scram_iterations: '310000' }],
])('%s', (_, settings) => {
  describe.each([
    ['single-user', singleUserStrategy],
    ['superuser-set', superuserSetStrategy],
  ] as const)('%s', (_name, strategy) => {
    const suite = { outage: 'brief', crashes: 'sample', world: () => house.world(strategy, settings) } as const;
    describeCrashes(suite);
    describeFailures(suite);
  });
});
