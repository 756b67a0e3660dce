/** How often a rotation waits for PostgreSQL, beside its logins: what its time depends on, far from the server. */
import pg from 'pg';
import { afterAll, expect, it, vi } from 'vitest';
import { alternatingUsersStrategy } from '../../../../shared/databases/strategies/alternating-users.ts';
import { singleUserStrategy } from '../../../../shared/databases/strategies/single-user.ts';
import { wholeRotation } from '../../../conformance/rotate.ts';
import { postgresHouse } from '../../../support/postgres-world.ts';

const house = await postgresHouse();
afterAll(() => house.close());

/** By user: the messages that the server had to answer before the session went on. */
async function asked(rotate: () => Promise<unknown>): Promise<Record<string, string[]>> {
  const query = vi.spyOn(pg.Client.prototype, 'query');
  await rotate();
  const messages: Record<string, string[]> = {};
  query.mock.contexts.forEach((client, index) => {
    const { user, application_name } = (client as unknown as { connectionParameters: Record<string, string> })
      .connectionParameters;
    if (application_name !== 'rekey' || user === undefined) return;
    messages[user] = [...(messages[user] ?? []), String(query.mock.calls[index]?.[0])];
  });
  query.mockRestore();
  return messages;
}

it('alternating users between whom nothing differs: 10 times, whoever is in use', async () => {
  const world = await house.world(alternatingUsersStrategy);
  await wholeRotation(world);

  for (const inUse of ['the clone', 'the base']) {
    const messages = await asked(() => wholeRotation(world));

    const counts = Object.values(messages).map(({ length }) => length);
    expect(counts.sort(), `${inUse}: ${JSON.stringify(messages, null, 1)}`).toEqual([3, 3, 4]);
  }
});

it('a single user: 5 times', async () => {
  const world = await house.world((engine) => singleUserStrategy(engine));
  await wholeRotation(world);

  const messages = await asked(() => wholeRotation(world));

  expect(
    Object.values(messages).map(({ length }) => length),
    JSON.stringify(messages, null, 1),
  ).toEqual([5]);
});
