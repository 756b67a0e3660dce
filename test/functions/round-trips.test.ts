/** How long a rotation waits for Secrets Manager, in answers waited for one after the other: what its time depends on, far from the server. */
import { afterAll, expect, it } from 'vitest';
import { roundTrips } from '../../bench/round-trips.ts';
import { packaged } from '../support/packaged.ts';

const house = await packaged();
afterAll(() => house.close());

it.each([
  { kind: 'singleUser', calls: 10, trips: 7 },
  { kind: 'alternatingUsers', calls: 11, trips: 8 },
] as const)('$kind waits $trips times for $calls calls', async ({ kind, calls, trips }) => {
  const arn = house.register(kind);
  const secret = await house.secret();
  await house.rotate(secret, arn);
  const { requests, faults } = house.sandbox;
  const from = requests.length;
  faults.add({ service: 'secretsmanager', action: 'delay', delayMs: 100, times: 100 });

  const { error } = await house.rotate(secret, arn);

  faults.clear();
  const caller = arn.split(':').at(-1);
  const made = requests.slice(from).filter((one) => one.caller === caller && one.service === 'secretsmanager');
  expect(error).toBeUndefined();
  expect(made).toHaveLength(calls);
  expect(roundTrips(made)).toBeLessThanOrEqual(trips);
});
