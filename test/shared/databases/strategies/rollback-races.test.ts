import { describe } from 'vitest';
import { alternatingUsersStrategy } from '../../../../shared/databases/strategies/alternating-users.ts';
import { dualPasswordStrategy } from '../../../../shared/databases/strategies/dual-password.ts';
import { singleUserStrategy } from '../../../../shared/databases/strategies/single-user.ts';
import { superuserSetStrategy } from '../../../../shared/databases/strategies/superuser-set.ts';
import { describeRaces } from '../../../conformance/strategy-races.case.ts';
import { memoryWorld } from '../../../support/memory-world.ts';

const strategies = {
  'single-user': { outage: 'brief', of: singleUserStrategy },
  'superuser-set': { outage: 'brief', of: superuserSetStrategy },
  'alternating-users': { outage: 'none', of: alternatingUsersStrategy },
  'dual-password': { outage: 'none', of: dualPasswordStrategy },
} as const;

describe.each(Object.entries(strategies))('%s', (_name, { outage, of }) => {
  describe.each([true, false])('on a server with locks: %s', (hasLocks) => {
    describeRaces({
      outage,
      async world() {
        const world = memoryWorld(of);
        if (hasLocks) world.server.locks = new Map();
        return world;
      },
    });
  });
});
