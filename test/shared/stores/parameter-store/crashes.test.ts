/** Rotations of a parameter, killed before and after every call to Parameter Store, the system or the provider. */
import { afterAll, afterEach, describe, expect } from 'vitest';
import type { ProviderDouble } from '../../../../local/doubles/double.ts';
import { startSendgrid } from '../../../../local/doubles/sendgrid.ts';
import { startSandbox } from '../../../../local/sandbox.ts';
import { alternatingUsersStrategy } from '../../../../shared/databases/strategies/alternating-users.ts';
import { singleUserStrategy } from '../../../../shared/databases/strategies/single-user.ts';
import { sendgrid } from '../../../../shared/keys/vendors/sendgrid.ts';
import { describeCrashes, describeFailures } from '../../../conformance/strategy-crashes.case.ts';
import { keyWorld } from '../../../support/key-world.ts';
import { memoryWorld } from '../../../support/memory-world.ts';
import { ssmTestClient } from '../../../support/parameter-store.ts';
import { onParameterStore } from '../../../support/parameter-world.ts';

const sandbox = await startSandbox();
const client = ssmTestClient(sandbox);
afterAll(async () => {
  client.destroy();
  await sandbox.close();
});

describe('single-user', () => {
  const suite = {
    outage: 'brief' as const,
    crashes: 'sample' as const,
    world: () => onParameterStore(memoryWorld(singleUserStrategy), client),
  };
  describeCrashes(suite);
  describeFailures(suite);
});

describe('alternating-users', () => {
  const suite = {
    outage: 'none' as const,
    crashes: 'sample' as const,
    world: () => onParameterStore(memoryWorld(alternatingUsersStrategy), client),
  };
  describeCrashes(suite);
  describeFailures(suite);
});

describe('an API key', () => {
  const doubles: ProviderDouble[] = [];
  afterEach(async () => {
    await Promise.all(doubles.splice(0).map((double) => double.close()));
  });
  const suite = {
    outage: 'none' as const,
    crashes: 'sample' as const,
    async world() {
      const double = await startSendgrid();
      doubles.push(double);
      return onParameterStore(keyWorld(sendgrid, double), client, { tags: true });
    },
    async settled({ double }: { double: ProviderDouble }, where: string) {
      expect(double.live().length, `${where}: keys that nobody knows`).toBeLessThanOrEqual(2);
    },
  };
  describeCrashes(suite as never);
  describeFailures(suite as never);
});
