/** The rule of pairs, row by row, over users in memory. What an engine makes of it is told by the pair suite, on real servers. */
import { describe, expect, it } from 'vitest';
import type { PairPort, PairUsers } from '../../../shared/databases/pair.ts';
import { bringIntoLine, cloneOf, oneByOne } from '../../../shared/databases/pair.ts';
import type { PairUser } from '../../support/pair-users.ts';
import { serverWith, pairUser as user } from '../../support/pair-users.ts';

const tied = { tied: true };

describe.each([
  ['the base is in use', 'app', 'app_clone'],
  ['the clone is in use', 'app_clone', 'app'],
] as const)('%s:', (_which, from, to) => {
  const cloneInUse = from === 'app_clone';
  /** Of the other one, once it is in line. */
  const ready = (rights: string[]) => user(to, { password: 'new', rights, tied: true });
  const strangers = () => serverWith(user(from), user(to));

  it('the other one is not there: it is made, tied to the one in use', async () => {
    const server = serverWith(user(from));

    await server.bring(from);

    expect(server.state()).toEqual({ [from]: user(from, tied), [to]: ready([`right of ${from}`]) });
    expect(server.asked()).toBe(0);
  });

  it('they are tied: the clone becomes what the base is, and nobody asks for a proof', async () => {
    const server = serverWith(user(from, tied), user(to, tied));

    await server.bring(from);

    const rights = ['right of app'];
    expect(server.state()).toEqual({ [from]: user(from, { rights, tied: true }), [to]: ready(rights) });
    expect(server.asked()).toBe(0);
  });

  it.each([from, to])('one of them is tied, %s, and nothing proves it: no pair', async (one) => {
    const server = serverWith(...[from, to].map((name) => user(name, { tied: name === one })));
    const before = server.state();

    await expect(server.bring(from)).rejects.toThrow('app, app_clone: no pair');

    expect(server.state()).toEqual(before);
  });

  it.each([
    ['no stored password', []],
    ['a wrong one', ['a guess']],
    ['the password of the one in use', [`password of ${from}`]],
  ])('they are not tied, and %s proves nothing: no pair, and both stay as they were', async (_what, others) => {
    const server = strangers();
    const before = server.state();

    await expect(server.bring(from, others)).rejects.toThrow('app, app_clone: no pair');

    expect(server.state()).toEqual(before);
    expect(server.asked()).toBe(1);
  });

  it('they are not tied, and a stored password opens the other one: adopted, and the one in use loses nothing', async () => {
    const server = strangers();

    await server.bring(from, ['a guess', `password of ${to}`]);

    const rights = cloneInUse ? ['right of app', 'right of app_clone'] : ['right of app'];
    expect(server.state()).toEqual({ [from]: user(from, { rights, tied: true }), [to]: ready(rights) });
  });

  it('proven, but something would be lost: nothing is changed', async () => {
    const server = strangers();
    const before = server.state();
    server.refuses.give = true;

    const outcome = await server.bring(from, [`password of ${to}`]).catch((error) => error.name);

    expect(outcome).toBe(cloneInUse ? 'PermissionError' : undefined);
    expect(JSON.stringify(server.state()) === JSON.stringify(before)).toBe(cloneInUse);
  });

  it.each([
    ['tied', tied, []],
    ['not tied, and proven', {}, [`password of ${to}`]],
  ])('%s, but they cannot be brought into line: the other one gets no password', async (_what, more, others) => {
    const server = serverWith(user(from, more), user(to, more));
    server.refuses.align = true;

    await expect(server.bring(from, others)).rejects.toThrow('a grant is missing');

    expect(server.state()[to]?.password).toBe(`password of ${to}`);
  });

  describe('while it is asked for a proof', () => {
    it.each([
      ['one that proves nothing now', []],
      ['one that is out of date', [`password of ${to}`]],
    ])('another delivery ties them: it counts, with %s', async (_what, others) => {
      const server = strangers();
      server.meanwhile.proof = () => {
        for (const each of server.users.values()) each.tied = true;
        server.users.set(to, user(to, { tied: true, password: 'of the other delivery' }));
      };

      await server.bring(from, others);

      const rights = ['right of app'];
      expect(server.state()).toEqual({ [from]: user(from, { rights, tied: true }), [to]: ready(rights) });
    });

    it('somebody puts another user in the place of the proven one: no pair', async () => {
      const server = strangers();
      const another = user(to, { password: 'of somebody else' });
      server.meanwhile.proof = () => server.users.set(to, another);

      await expect(server.bring(from, [`password of ${to}`])).rejects.toThrow('no pair');

      expect(server.state()).toEqual({ [from]: user(from), [to]: another });
    });

    it('somebody drops the other one: it is made', async () => {
      const server = strangers();
      server.meanwhile.proof = () => server.users.delete(to);

      await server.bring(from);

      expect(server.state()).toEqual({ [from]: user(from, tied), [to]: ready([`right of ${from}`]) });
    });

    it('somebody drops the one in use: nothing is changed', async () => {
      const server = strangers();
      server.meanwhile.proof = () => server.users.delete(from);

      await expect(server.bring(from, [`password of ${to}`])).rejects.toThrow(`there is no user ${from}`);

      expect(server.state()).toEqual({ [to]: user(to) });
    });

    it('somebody gives the one in use an account that is not the secret’s: nothing is changed', async () => {
      const server = strangers();
      const before = server.state();
      server.meanwhile.proof = () => {
        server.refuses.own = true;
      };

      await expect(server.bring(from, [`password of ${to}`])).rejects.toThrow('not all its own');

      expect(server.state()).toEqual(before);
    });
  });

  describe('the other one is not there, and is made meanwhile', () => {
    const made = (more: Partial<PairUser> = {}) => {
      const server = serverWith(user(from));
      server.meanwhile.make = () => server.users.set(to, user(to, more));
      return server;
    };

    it('by another delivery: brought into line', async () => {
      const server = made(tied);

      await server.bring(from);

      const rights = ['right of app'];
      expect(server.state()).toEqual({ [from]: user(from, { rights, tied: true }), [to]: ready(rights) });
      expect(server.asked()).toBe(0);
    });

    it('by another delivery, between the two looks: brought into line, and nobody asks for a proof', async () => {
      const server = serverWith(user(from));
      server.meanwhile.read = () => {
        delete server.meanwhile.read;
        server.users.set(from, user(from, tied));
        server.users.set(to, user(to, tied));
      };

      await server.bring(from);

      expect(server.state()[to]).toMatchObject({ password: 'new', rights: ['right of app'] });
      expect(server.asked()).toBe(0);
    });

    it('by somebody else: no pair', async () => {
      const server = made();

      await expect(server.bring(from, ['a guess'])).rejects.toThrow('app, app_clone: no pair');

      expect(server.state()[to]).toEqual(user(to));
    });

    it('by somebody else, with a password that the secret knows: adopted', async () => {
      const server = made();

      await server.bring(from, [`password of ${to}`]);

      expect(server.state()[to]).toMatchObject({ password: 'new', tied: true });
    });

    it('and dropped again: the error names it', async () => {
      const server = made();
      server.meanwhile.make = () => {};

      await expect(server.bring(from)).rejects.toThrow(`there is no user ${to}`);

      expect(Object.keys(server.state())).toEqual([from]);
    });
  });

  it('the other one is dropped in the middle of an adoption: the error names it, and it is not made', async () => {
    const server = strangers();
    server.meanwhile.tie = () => server.users.delete(to);

    await expect(server.bring(from, [`password of ${to}`])).rejects.toThrow(`there is no user ${to}`);

    expect(Object.keys(server.state())).toEqual([from]);
  });

  it('the one in use is not there: nothing is changed', async () => {
    const server = serverWith(user(to));

    await expect(server.bring(from, [`password of ${to}`])).rejects.toThrow(`there is no user ${from}`);

    expect(server.state()).toEqual({ [to]: user(to) });
    expect(server.asked()).toBe(0);
  });

  it.each([
    ['and the other one is tied', [user(to, tied)]],
    ['and the other one is not there', []],
  ])('the login does not speak for all that has its name, %s: nothing is changed', async (_what, others) => {
    const server = serverWith(user(from, tied), ...others);
    const before = server.state();
    server.refuses.own = true;

    await expect(server.bring(from)).rejects.toThrow('not all its own');

    expect(server.state()).toEqual(before);
  });
});

it('what is done at once may be done again: a pair is adopted once, with one answer', async () => {
  const server = serverWith(user('app'), user('app_clone'));

  await server.bring('app', ['password of app_clone']);
  const first = server.state();
  await server.bring('app', ['password of app_clone']);

  expect(server.state()).toEqual(first);
  expect(server.asked()).toBe(1);
});

it('an engine where a name is one account asks nothing more of the login', async () => {
  const users = new Map([['app', user('app', tied)]]);
  const at: PairUsers<PairUser> = {
    read: oneByOne(async (name) => users.get(name)),
    unknownUser: () => expect.unreachable(),
    isTied: () => expect.unreachable(),
    noPair: () => expect.unreachable(),
    make: async () => {
      users.set('app_clone', user('app_clone', tied));
      return true;
    },
    giveToBase: () => expect.unreachable(),
    tie: () => expect.unreachable(),
    align: () => expect.unreachable(),
    setPassword: () => expect.unreachable(),
  };
  const port: PairPort<PairUser> = { atOnce: (work) => work(at), proves: () => expect.unreachable() };

  await bringIntoLine(port, { from: 'app', to: 'app_clone', base: 'app' }, { password: '-', async *others() {} });

  expect([...users.keys()]).toEqual(['app', 'app_clone']);
});

it.each([
  ['app', 'app_clone'],
  ['app_clone', 'app'],
])('from %s to %s the clone is the same', (from, to) => {
  expect(cloneOf({ from, to, base: 'app' })).toBe('app_clone');
});
