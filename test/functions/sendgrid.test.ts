/** The packaged function, end to end: a real process, the sandbox's Secrets Manager and Scheduler, a double of SendGrid. */
import { afterAll, describe, expect, it } from 'vitest';
import { startSendgrid } from '../../local/doubles/sendgrid.ts';
import { packagedKey } from '../support/packaged-key.ts';
import { parameterStore, ssmTestClient } from '../support/parameter-store.ts';

const house = await packagedKey('sendgrid', startSendgrid);
afterAll(() => house.close());
const { sandbox, double } = house;

describe('sendgrid', () => {
  it('rotates in 17 calls: AWSCURRENT and AWSPREVIOUS work, what is older is revoked', async () => {
    const arn = house.register('sendgrid');
    const secret = await house.secret();
    const first = await house.value(secret);
    await house.rotate(secret, arn);
    const before = sandbox.requests.length;

    const { error, token } = await house.rotate(secret, arn);

    expect(error).toBeUndefined();
    expect(await house.labels(secret)).toMatchObject({ AWSCURRENT: token });
    expect(double.opens(await house.value(secret))).toBe(true);
    expect(double.opens(await house.value(secret, 'AWSPREVIOUS'))).toBe(true);
    expect(double.opens(first)).toBe(false);
    const calls = sandbox.requests
      .slice(before)
      .filter(({ caller, service }) => caller && service === 'secretsmanager');
    expect(calls.length).toBe(17);
  });

  it('revokes the previous key after the time that a tag asks for, and tells', async () => {
    const arn = house.register('sendgrid');
    const secret = await house.secret({ api_key: (await remade()).api_key }, { 'rekey:revoke-after': '12h' });
    const first = await house.value(secret);
    await house.rotate(secret, arn);
    const untilThen = double.opens(first);
    const { AWSPREVIOUS: replaced } = await house.labels(secret);
    const planned = (await schedules()).map(previousIn);

    await sandbox.scheduler.due(Date.now() + 13 * 3_600_000);

    expect(planned).toContain(replaced);
    expect([untilThen, double.opens(first), double.opens(await house.value(secret))]).toEqual([true, false, true]);
    expect(house.messages(secret).map(({ body }) => body.outcome)).toEqual(['succeeded', 'revoked']);
  });

  it('takes a bare key, with tags in place of fields, and stores a bare key', async () => {
    const arn = house.register('sendgrid');
    const { api_key } = await remade();
    const secret = await house.rawSecret(api_key, undefined, { 'rekey:masterarn': 'admin' });

    const { error } = await house.rotate(secret, arn);

    expect(error).toBeUndefined();
    expect(await house.text(secret)).toMatch(/^SG\.[^"{}]+$/);
    expect(await house.text(secret)).not.toBe(api_key);
    expect(double.opens({ api_key: await house.text(secret) })).toBe(true);
  });

  it('rotates a parameter just as well, and its schedule says what it is about', async () => {
    const { api_key } = await remade();
    const ssm = ssmTestClient(sandbox);
    const { secretId, plainRead } = await parameterStore(
      ssm,
      JSON.stringify({ ...double.first, api_key, masterarn: 'admin', revokeAfter: '12h' }),
    );

    const outcome = await sandbox.functions.invoke(house.register('sendgrid'), { Parameter: secretId });
    const made = await schedules();
    const untilThen = double.opens({ api_key });
    await sandbox.scheduler.due(Date.now() + 13 * 3_600_000);
    const current = JSON.parse(await plainRead());
    ssm.destroy();

    expect(outcome.ok).toBe(true);
    expect(made).toContainEqual(
      expect.objectContaining({ Description: `Rekey revokes what a rotation replaced: ${secretId}` }),
    );
    expect(made.filter(({ Description }) => Description.endsWith(secretId)).map(previousIn)).toEqual(['1']);
    expect([untilThen, double.opens({ api_key }), double.opens(current)]).toEqual([true, false, true]);
  });

  it('says which secret to mend when the admin secret is not there, and shows no key', async () => {
    const arn = house.register('sendgrid');
    const secret = await house.secret({ masterarn: 'no-such-secret' });

    const { error } = await house.rotate(secret, arn);

    expect(error?.errorType).toBe('InvalidSecretError');
    expect(error?.errorMessage).toContain('no-such-secret');
    expect(house.messages(secret)[0]?.body).toMatchObject({
      working: 'AWSCURRENT',
      next: expect.stringContaining("put-secret-value --secret-id 'no-such-secret'"),
    });
    expect(JSON.stringify([error, house.messages(secret)])).not.toContain('SG.');
  });
});

interface Schedule {
  readonly Description: string;
  readonly Target: { readonly Input: string };
}

async function schedules(): Promise<Schedule[]> {
  const call = (name: string, input: Record<string, unknown>) =>
    sandbox.scheduler.call(name, input, { region: 'us-east-1' });
  const { Schedules } = (await call('ListSchedules', {})) as { Schedules: { Name: string }[] };
  return (await Promise.all(Schedules.map(({ Name }) => call('GetSchedule', { Name })))) as unknown as Schedule[];
}

/** Which version the call is about. Without it, a later rotation's AWSPREVIOUS would be ended by the schedule of this one. */
const previousIn = ({ Target }: Schedule): unknown => JSON.parse(Target.Input).PreviousVersion;

/** A key as somebody makes it in the console. */
async function remade(): Promise<{ api_key: string }> {
  const answer = await fetch(`${double.url}/v3/api_keys`, {
    method: 'POST',
    headers: { authorization: `Bearer ${double.admin?.api_key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'made by hand', scopes: ['mail.send'] }),
  });
  return (await answer.json()) as { api_key: string };
}
