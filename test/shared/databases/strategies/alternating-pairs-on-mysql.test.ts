/** What a secret must know before alternating users touch a user that is there, on a real MySQL server. */
import { describe, expect, it } from 'vitest';
import { mysql } from '../../../../shared/databases/mysql/mysql.ts';
import type { DatabaseSecret } from '../../../../shared/databases/secret.ts';
import { alternatingUsersStrategy } from '../../../../shared/databases/strategies/alternating-users.ts';
import { wholeRotation } from '../../../conformance/rotate.ts';
import { mysqlHouse } from '../../../support/mysql-world.ts';
import { labelled } from '../../../support/store.ts';

const house = await mysqlHouse('mysql', 'pairs of alternating users');

if (house !== undefined) {
  const { server } = house;
  /** A secret for one of the two, and the other user, that somebody made by hand. */
  const world = async (suffix: '' | '_clone') => {
    const here = await house.world(alternatingUsersStrategy, { suffix });
    const mine = (await labelled(here.store, 'AWSCURRENT')) as unknown as DatabaseSecret;
    const theirs = { ...mine, username: mysql.counterpart(mine.username), password: 'by hand' };
    await server.createUser(theirs.username, theirs.password);
    await server.grant(theirs.username);
    const put = (value: DatabaseSecret) => here.store.putCurrent(JSON.stringify(value));
    return { here, mine, theirs, put };
  };

  describe('alternating users leave alone a user that only has the name', () => {
    it.each([
      ['the clone', ''],
      ['the base', '_clone'],
    ] as const)(
      'of %s: neither its password nor its rights come to whoever knows the other',
      async (_whose, suffix) => {
        const { here, mine, theirs } = await world(suffix);

        const refused = wholeRotation(here);

        await expect(refused).rejects.toMatchObject({ code: 'TARGET_MISMATCH' });
        expect([await server.opens(theirs), await server.mayUse(mine)]).toEqual([true, false]);
      },
    );

    it('also when a stored version guesses at its password', async () => {
      const { here, mine, theirs, put } = await world('_clone');
      await put({ ...theirs, password: 'a guess' });
      await put(mine);

      const refused = wholeRotation(here);

      await expect(refused).rejects.toMatchObject({ code: 'TARGET_MISMATCH' });
      expect([await server.opens(theirs), await server.mayUse(mine)]).toEqual([true, false]);
    });
  });

  it.each([
    ['AWSPREVIOUS', 1],
    ['a version without a label', 3],
  ])('a pair that AWS’s template made goes on, proven by %s', async (_what, times) => {
    const { here, mine, theirs, put } = await world('');
    for (let time = 0; time < times; time++) await put(theirs);

    const reports = [(await wholeRotation(here)).reports, (await wholeRotation(here)).reports];

    expect(reports).toEqual([['succeeded'], ['succeeded']]);
    const [now, before] = [await labelled(here.store, 'AWSCURRENT'), await labelled(here.store, 'AWSPREVIOUS')];
    expect([now?.username, before?.username]).toEqual([theirs.username, mine.username]);
    expect([await server.opens(now as never), await server.opens(before as never)]).toEqual([true, true]);
  });
}
