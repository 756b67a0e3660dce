/** The life cycle of keys, beyond what every provider's suite asks: times, uses, strangers' keys, reads that lag. */
import { describe, expect, it } from 'vitest';
import type { ProviderDouble } from '../../../local/doubles/double.ts';
import type { Key } from '../../../shared/keys/provider.ts';
import { sendgrid } from '../../../shared/keys/vendors/sendgrid.ts';
import { rotation, step, wholeRotation } from '../../conformance/rotate.ts';
import { keyWorld } from '../../support/key-world.ts';
import { sendgridWorlds } from '../../support/sendgrid-worlds.ts';
import { byLabel, labelled } from '../../support/store.ts';

const world = sendgridWorlds();

/** SendGrid, if it told the last use; its keys look as if they had been made 30 hours ago. */
const telling = (lastUsed: () => Key['lastUsed'], usedBy?: string): typeof sendgrid => ({
  ...sendgrid,
  keys: async (access) =>
    (await sendgrid.keys(access)).map((key) => ({
      ...key,
      label: key.label?.replace(/-[0-9a-z]+$/, `-${Math.floor(hoursAgo(30).getTime() / 1000).toString(36)}`),
      lastUsed: lastUsed(),
      ...(usedBy && { usedBy }),
    })),
});
const inHalfADay = { 'rekey:revoke-after': '12h' };
const hoursAgo = (hours: number) => new Date(Date.now() - hours * 3_600_000);

describe('when the previous key ends', () => {
  it('asks to be called at the time that a tag gives, and at no time by default', async () => {
    const asked: Date[] = [];
    const later = async (at: Date) => void asked.push(at);
    const byDefault = await world({ later });
    await wholeRotation(byDefault);
    const none = asked.length;

    const here = await world({ later });
    here.store.tags = { 'rekey:revoke-after': '12h' };
    await wholeRotation(here);

    expect(none).toBe(0);
    const hours = asked.map((at) => (at.getTime() - Date.now()) / 3_600_000);
    for (const each of hours) expect(each).toBeCloseTo(12, 1);
    expect(hours.length).toBeGreaterThan(0);
  });

  it('takes the time from a field, and the tag before the field', async () => {
    const asked: Date[] = [];
    const here = await world({ later: async (at) => void asked.push(at) });
    const value = await labelled(here.store, 'AWSCURRENT');
    await here.store.putCurrent(JSON.stringify({ ...value, revokeAfter: '2d' }));
    await wholeRotation(here);
    here.store.tags = { 'rekey:revoke-after': '1h' };

    await wholeRotation(here);

    const hours = asked.map((at) => Math.round((at.getTime() - Date.now()) / 3_600_000));
    expect(new Set(hours)).toEqual(new Set([48, 1]));
  });

  it.each(['soon', '12', '-1h', '1w', ''])('refuses the words "%s" before anything is issued', async (words) => {
    const here = await world({ later: async () => {} });
    here.store.tags = { 'rekey:revoke-after': words };

    await expect(wholeRotation(here)).rejects.toMatchObject({ code: 'INVALID_SECRET' });

    expect(here.double.live()).toHaveLength(1);
  });

  it.each([{ of: 12 }, { of: ['12h'] }])(
    'refuses what is no text in the field before anything is issued: %j',
    async ({ of }) => {
      const here = await world({ later: async () => {} });
      const value = await labelled(here.store, 'AWSCURRENT');
      await here.store.putCurrent(JSON.stringify({ ...value, revokeAfter: of }));

      await expect(wholeRotation(here)).rejects.toMatchObject({ code: 'INVALID_SECRET' });

      expect(here.double.live()).toHaveLength(1);
    },
  );

  it('refuses a time that the function cannot keep, before anything is issued', async () => {
    const here = await world();
    here.store.tags = { 'rekey:revoke-after': '12h' };

    await expect(wholeRotation(here)).rejects.toMatchObject({ code: 'INVALID_CONFIGURATION' });

    expect(here.double.live()).toHaveLength(1);
  });

  it('revokes the previous key when it is called, twice too', async () => {
    const here = await world({ later: async () => {} });
    here.store.tags = inHalfADay;
    const { token } = await wholeRotation(here);

    const reports = [await step(here, token, 'revokePrevious'), await step(here, token, 'revokePrevious')];

    expect(here.double.live()).toEqual([(await labelled(here.store, 'AWSCURRENT'))?.api_key]);
    expect(reports.map((each) => each.reports)).toEqual([['revoked'], ['revoked']]);
  });

  it('waits while the key is in use, until it was quiet for long enough, an hour at least', async () => {
    const asked: Date[] = [];
    const here = await world(
      { later: async (at) => void asked.push(at) },
      telling(() => hoursAgo(20), 'the mail server'),
    );
    here.store.tags = inHalfADay;
    const { token } = await wholeRotation(here);

    const { reports } = await step(here, token, 'revokePrevious');

    expect(reports).toEqual(['postponed']);
    expect((Number(asked.at(-1)) - Date.now()) / 3_600_000).toBeCloseTo(4, 1);
    expect(here.double.live()).toHaveLength(2);
  });

  it('lets no third key live while the previous one is in use, and says since when, by whom, and what to do', async () => {
    const here = await world(
      {},
      telling(() => hoursAgo(1), 'the mail server'),
    );
    await wholeRotation(here);

    const refused = wholeRotation(here);

    await expect(refused).rejects.toMatchObject({
      code: 'KEY_IN_USE',
      fact: expect.stringMatching(/last used .* by the mail server/),
      hint: expect.stringContaining('rekey:quiet-for=0h'),
    });
    expect(here.double.live()).toHaveLength(2);
  });

  it('does not count uses from the time in which it was the current one, nor its own', async () => {
    const here = await world(
      {},
      telling(() => hoursAgo(30)),
    );
    await wholeRotation(here);

    const { token } = await wholeRotation(here);

    expect((await byLabel(here.store)).AWSCURRENT).toBe(token);
    expect(here.double.live()).toHaveLength(2);
  });

  it('keeps everything when the tag was taken off meanwhile, or rotation switched off', async () => {
    const here = await world({ later: async () => {} });
    here.store.tags = inHalfADay;
    const { token } = await wholeRotation(here);
    here.store.tags = {};
    const untagged = await step(here, token, 'revokePrevious');
    here.store.tags = inHalfADay;
    await here.store.switchOff();

    const off = await step(here, token, 'revokePrevious');

    expect([untagged.reports, off.reports]).toEqual([[], []]);
    expect(here.double.live()).toHaveLength(2);
  });

  it('revokes it at once when a person asks for that, whatever time its owner chose', async () => {
    const here = await world();
    const { token } = await wholeRotation(here);
    const scheduled = await step(here, token, 'revokePrevious');
    const left = here.double.live().length;

    const { answer } = await step(here, token, 'revokePrevious', { asked: 'revokePrevious' });

    expect(scheduled.answer).toEqual({ outcome: 'kept', because: 'its owner chose that the next rotation ends it' });
    expect([left, answer]).toEqual([2, { outcome: 'revoked' }]);
    expect(here.double.live()).toEqual([(await labelled(here.store, 'AWSCURRENT'))?.api_key]);
  });

  it('but not one that is in use', async () => {
    const here = await world(
      {},
      telling(() => hoursAgo(20), 'the mail server'),
    );
    const { token } = await wholeRotation(here);

    const { answer } = await step(here, token, 'revokePrevious', { asked: 'revokePrevious' });

    expect(answer).toMatchObject({ outcome: 'postponed', because: expect.stringContaining('by the mail server') });
    expect(here.double.live()).toHaveLength(2);
  });

  it('asks to be called again when the provider fails', async () => {
    const asked: Date[] = [];
    const here = await world({ later: async (at) => void asked.push(at) });
    here.store.tags = inHalfADay;
    const { token } = await wholeRotation(here);
    const before = asked.length;
    for (let times = 0; times < 3; times++) here.double.troubles.push({ trouble: { status: 503 } });

    await expect(step(here, token, 'revokePrevious')).rejects.toMatchObject({ code: 'SERVICE_FAILED' });

    expect(asked.length).toBe(before + 1);
  });
});

describe('whose keys may go', () => {
  it('not the one of another secret, whatever AWSPREVIOUS says: a copy of a secret revokes nothing of the original', async () => {
    const here = await world();
    await wholeRotation(here);
    const original = await labelled(here.store, 'AWSCURRENT');
    const copy = keyWorld(sendgrid, { ...here.double, first: original ?? {} });

    await wholeRotation(copy);
    await wholeRotation(copy);

    expect(here.double.opens(original ?? {})).toBe(true);
  });

  it('not one of which AWSPREVIOUS knows the id alone', async () => {
    const here = await world();
    const victim = String((await labelled(here.store, 'AWSCURRENT'))?.api_key);
    const mine = await world();
    const junk = { ...mine.double.first, api_key: `SG.${victim.split('.')[1]}.junk`, masterarn: 'arn:admin' };
    const attacker = keyWorld(sendgrid, { ...here.double, first: junk });
    const second = { ...here.double.first, masterarn: 'arn:admin', api_key: await madeByHand(here.double) };
    await attacker.store.putCurrent(JSON.stringify(second));

    await wholeRotation(attacker);

    expect(here.double.opens({ api_key: victim })).toBe(true);
  });

  it('none at all while the current key does not work, also those whose value was lost', async () => {
    const here = await world();
    await wholeRotation(here);
    const wrong = { ...(await labelled(here.store, 'AWSCURRENT')), ...here.double.madeUp };
    const live = here.double.live();
    for (const team of ['a', 'b']) await here.store.putCurrent(JSON.stringify({ ...wrong, team }));

    await expect(wholeRotation(here)).rejects.toMatchObject({ code: 'AUTHENTICATION_REFUSED' });

    expect(here.double.live()).toEqual(live);
  });

  it('leaves keys of others alone, also one that another secret of Rekey made', async () => {
    const here = await world();
    const other = { ...keyWorld(sendgrid, here.double), store: here.store };
    const foreign = here.double.live();
    await wholeRotation(here);
    const neighbour = keyWorld(sendgrid, here.double);
    await wholeRotation(neighbour);
    const theirs = await labelled(neighbour.store, 'AWSCURRENT');

    await wholeRotation(other);
    await wholeRotation(other);

    expect(here.double.opens(theirs ?? {})).toBe(true);
    expect(foreign).toHaveLength(1);
  });

  it('replaces the key of an abandoned rotation, whose value is in a version that nobody names', async () => {
    const here = await world();
    const abandoned = await here.store.begin();
    await step(here, abandoned, 'createSecret');
    const lost = JSON.parse((await here.store.valueOf(abandoned)) ?? '{}');
    await here.store.abandon();

    await wholeRotation(here);

    expect(here.double.opens(lost)).toBe(false);
    expect(here.double.live()).toHaveLength(2);
  });

  it.each([1, 2])('never revokes the current key, when %i reads after every write are stale', async (reads) => {
    const here = await world();
    here.store.lag = reads;

    for (let turn = 0; turn < 3; turn++) {
      await wholeRotation(here);
      expect(here.double.opens((await labelled(here.store, 'AWSCURRENT')) ?? {})).toBe(true);
    }

    expect(here.double.live().length).toBeLessThanOrEqual(2);
  });

  it('keeps the previous key when the current one does not work, for it may be all that does', async () => {
    const here = await world({ later: async () => {} });
    here.store.tags = inHalfADay;
    await wholeRotation(here);
    await wholeRotation(here);
    const works = await labelled(here.store, 'AWSCURRENT');
    await here.store.putCurrent(JSON.stringify({ ...works, ...here.double.madeUp }));
    const { AWSCURRENT = '' } = await byLabel(here.store);

    await expect(wholeRotation(here)).rejects.toMatchObject({ code: 'AUTHENTICATION_REFUSED' });
    await here.store.abandon();
    const { reports } = await step(here, AWSCURRENT, 'revokePrevious');

    expect(reports).toEqual(['postponed']);
    expect(here.double.opens(works ?? {})).toBe(true);
  });
});

describe('a repeat of createSecret', () => {
  it('issues nothing when an earlier try stored its key', async () => {
    const here = await world();
    const token = await here.store.begin();
    await step(here, token, 'createSecret');
    const stored = await here.store.valueOf(token);
    const calls = here.double.calls.length;

    await step(here, token, 'createSecret');

    expect(await here.store.valueOf(token)).toBe(stored);
    expect(here.double.calls).toHaveLength(calls);
  });

  it('waits for a key that may still be stored, and replaces it once nobody can be alive who would', async () => {
    const here = await world({ timeLimitMs: 30_000 });
    const token = await here.store.begin();
    here.double.troubles.push({ method: 'POST', trouble: 'cut off' });
    await expect(step(here, token, 'createSecret')).rejects.toMatchObject({ retryable: true });

    await expect(step(here, token, 'createSecret')).rejects.toMatchObject({
      code: 'KEY_ISSUED_ELSEWHERE',
      retryable: true,
    });
    const between = here.double.live().length;
    const patient = { ...here, context: (own: object) => here.context({ ...own, timeLimitMs: 0 }) };
    await rotation(patient, token);

    expect(between).toBe(2);
    expect((await byLabel(here.store)).AWSCURRENT).toBe(token);
    expect(here.double.live()).toHaveLength(2);
  });
});

/** A key as somebody makes it in the console. */
async function madeByHand({ url, admin }: ProviderDouble): Promise<string> {
  const answer = await fetch(`${url}/v3/api_keys`, {
    method: 'POST',
    headers: { authorization: `Bearer ${admin?.api_key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'made by hand', scopes: ['mail.send'] }),
  });
  return ((await answer.json()) as { api_key: string }).api_key;
}
