/** The packaged function that sets passwords through a superuser, on a real server. */
import { afterAll, expect, it } from 'vitest';
import { packaged } from '../support/packaged.ts';

const house = await packaged();
const { server, sandbox } = house;
afterAll(() => house.close());

it('rotates a user with one connection only, and ten calls about the secret and one for the superuser are enough', async () => {
  const arn = house.register('superuserSet');
  const secret = await house.secret();
  const before = await house.value(secret);
  await server.sql(`ALTER ROLE ${before.username} CONNECTION LIMIT 1`);

  const { token, error } = await house.rotate(secret, arn);

  expect(error).toBeUndefined();
  expect((await house.labels(secret)).AWSCURRENT).toBe(token);
  expect([await house.opens(before), await house.opens(await house.value(secret))]).toEqual([false, true]);
  const name = arn.split(':').at(-1);
  const calls = sandbox.requests.filter(({ caller, service }) => caller === name && service === 'secretsmanager');
  expect(calls).toHaveLength(11);
  expect(house.messages(secret)[0]?.body).toMatchObject({ outcome: 'succeeded', strategy: 'superuser-set' });
});

it('does nothing for a user whose password the secret does not know', async () => {
  const arn = house.register('superuserSet');
  const victim = await house.value(await house.secret());
  const secret = await house.secret({ username: victim.username, password: 'a guess' });

  const { error } = await house.rotate(secret, arn);

  expect(error).toMatchObject({ errorType: 'LockedOutError' });
  expect(await house.opens(victim)).toBe(true);
});
