/** Rotations that the version before left half-way: the packaged functions of this one go on with them. */
import { randomUUID } from 'node:crypto';
import {
  CreateSecretCommand,
  PutSecretValueCommand,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import {
  AddTagsToResourceCommand,
  LabelParameterVersionCommand,
  PutParameterCommand,
  type SSMClient,
} from '@aws-sdk/client-ssm';
import { afterAll, describe, expect, it } from 'vitest';
import { startSendgrid } from '../../local/doubles/sendgrid.ts';
import { packaged } from '../support/packaged.ts';
import { packagedKey } from '../support/packaged-key.ts';
import { ssmTestClient } from '../support/parameter-store.ts';
import left from '../vectors/unfinished-rotations.json' with { type: 'json' };

const house = await packaged();
const keys = await packagedKey('sendgrid', startSendgrid);
const { sandbox, server } = house;
const [ssm, ssmOfKeys] = [ssmTestClient(sandbox), ssmTestClient(keys.sandbox)];
afterAll(async () => {
  for (const client of [ssm, ssmOfKeys]) client.destroy();
  await Promise.all([house.close(), keys.close()]);
});

type Values = Readonly<Record<string, string>>;
type Version = { readonly value: string; readonly labels: readonly string[]; readonly description?: string };

async function written(client: SSMClient, Name: string, versions: readonly Version[], values: Values): Promise<void> {
  for (const { value, description: Description } of versions) {
    const Value = values[value] ?? value;
    await client.send(new PutParameterCommand({ Name, Value, Type: 'SecureString', Overwrite: true, Description }));
  }
  for (const [index, { labels }] of versions.entries()) {
    if (labels.length === 0) continue;
    await client.send(new LabelParameterVersionCommand({ Name, ParameterVersion: index + 1, Labels: [...labels] }));
  }
}

/** Puts names in where the event has `<name>`. */
function eventOf(event: object, names: Readonly<Record<string, string>>): Record<string, unknown> {
  const text = JSON.stringify(event).replace(/<(\w+)>/g, (mark, name) => names[name] ?? mark);
  return JSON.parse(text);
}

/** What is written meanwhile is a minute old: its process is dead for everybody. */
async function aMinuteAgo<T>(work: () => Promise<T>): Promise<T> {
  const account = sandbox.account as { now: () => number };
  const { now } = account;
  account.now = () => now() - 60_000;
  try {
    return await work();
  } finally {
    account.now = now;
  }
}

async function user(accepts: string): Promise<{ values: Values; opens(text: string): Promise<boolean> }> {
  const username = `unfinished_${randomUUID().slice(0, 8)}`;
  const passwordOf = (name: string) => `the ${name} password`;
  await server.createUser(username, passwordOf(accepts));
  const names = ['first', 'current', 'pending'];
  return {
    values: Object.fromEntries(names.map((name) => [name, JSON.stringify(server.login(username, passwordOf(name)))])),
    opens: (text) => house.opens(JSON.parse(text)),
  };
}

describe('a parameter whose rotation died', () => {
  const storedAt = async (Name: string) => {
    const answer = await sandbox.ssm.call('GetParameter', { Name, WithDecryption: true }, { region: 'us-east-1' });
    return (answer as { Parameter: { Value: string } }).Parameter.Value;
  };
  const historyOf = async (Name: string) => {
    const answer = await sandbox.ssm.call('GetParameterHistory', { Name }, { region: 'us-east-1' });
    return (answer as { Parameters: { Description?: string }[] }).Parameters.map(({ Description }) => Description);
  };

  it.each(left.parameters)('$died is gone on with by its own token', async ({ accepts, goesOnWith, ...stored }) => {
    const { values, opens } = await user(accepts);
    const name = `/test/${randomUUID()}`;
    await written(ssm, name, stored.parameter, values);
    await written(ssm, `/rekey${name}`, stored.companion, values);

    const event = eventOf(left.events.parameter, { parameter: name });
    const outcome = await sandbox.functions.invoke(house.register('singleUser'), event);

    expect(outcome).toMatchObject({ ok: true, payload: { Token: 'second', Outcome: 'rotated' } });
    const current = await storedAt(name);
    expect(await opens(current)).toBe(true);
    if (goesOnWith === 'pending') expect(current).toBe(values.pending);
    expect(await storedAt(`${name}:current`)).toBe(current);
    expect(await storedAt(`${name}:previous`)).toBe(values.current);
    expect((await historyOf(`/rekey${name}`)).at(-1)).toBe('Rekey done second from 2 to 3');
  });

  it.each(left.parameters)('$died is gone on with by the next token', async ({ accepts, goesOnWith, ...stored }) => {
    const { values, opens } = await user(accepts);
    const name = `/test/${randomUUID()}`;
    await aMinuteAgo(() => written(ssm, name, stored.parameter, values));
    await aMinuteAgo(() => written(ssm, `/rekey${name}`, stored.companion, values));

    const event = { Parameter: name, Token: 'third' };
    const outcome = await sandbox.functions.invoke(house.register('singleUser'), event);

    expect(outcome).toMatchObject({ ok: true, payload: { Outcome: 'rotated' } });
    expect(await historyOf(`/rekey${name}`)).toContain('Rekey done second from 2 to 3');
    expect(await opens(await storedAt(name))).toBe(true);
    if (goesOnWith === 'pending') {
      const versions = [await storedAt(name), await storedAt(`${name}:previous`)];
      expect(versions).toContain(values.pending);
    }
  });
});

describe('a secret whose rotation died', () => {
  it.each(left.secrets)('$died is gone on with', async ({ accepts, labels }) => {
    const { values, opens } = await user(accepts);
    const { client } = house;
    const versions = { current: randomUUID(), pending: randomUUID() };
    const { ARN: SecretId = '' } = await client.send(
      new CreateSecretCommand({
        Name: `test/${randomUUID()}`,
        SecretString: values.current,
        ClientRequestToken: versions.current,
      }),
    );
    const { current, pending: token } = versions;
    await client.send(
      new PutSecretValueCommand({
        SecretId,
        SecretString: values.pending,
        ClientRequestToken: token,
        VersionStages: ['AWSPENDING'],
      }),
    );
    if (labels.pending.includes('AWSCURRENT')) {
      const move = { VersionStage: 'AWSCURRENT', MoveToVersionId: token, RemoveFromVersionId: current };
      await client.send(new UpdateSecretVersionStageCommand({ SecretId, ...move }));
    }
    const arn = house.register('singleUser');

    const outcomes = [];
    for (const step of ['setSecret', 'testSecret', 'finishSecret']) {
      const event = eventOf(left.events.step, { step, secret: SecretId, token });
      outcomes.push((await sandbox.functions.invoke(arn, event)).ok);
    }

    expect(outcomes).toEqual([true, true, true]);
    expect(await house.labels(SecretId)).toEqual({ AWSCURRENT: token, AWSPREVIOUS: current });
    expect(await house.text(SecretId)).toBe(values.pending);
    expect(await opens(await house.text(SecretId))).toBe(true);
    expect(house.messages(SecretId).at(-1)?.body).toMatchObject({ outcome: 'succeeded', token });
  });
});

describe('a revocation that was asked for', () => {
  const madeByHand = async () => {
    const { url, admin, first } = keys.double;
    const answer = await fetch(`${url}/v3/api_keys`, {
      method: 'POST',
      headers: { authorization: `Bearer ${admin?.api_key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ name: randomUUID(), scopes: ['mail.send'] }),
    });
    const { api_key } = (await answer.json()) as { api_key: string };
    return JSON.stringify({ ...first, api_key, masterarn: 'admin' });
  };
  const opens = (text = '') => keys.double.opens(JSON.parse(text));

  it('for a secret is made', async () => {
    const values = [await madeByHand(), await madeByHand()];
    const [previous, token] = [randomUUID(), randomUUID()];
    const Name = `test/${randomUUID()}`;
    const Tags = [{ Key: 'rekey:revoke-after', Value: '12h' }];
    const given = { Name, SecretString: values[0], ClientRequestToken: previous, Tags };
    const { ARN: secret = '' } = await keys.client.send(new CreateSecretCommand(given));
    await keys.client.send(
      new PutSecretValueCommand({ SecretId: secret, SecretString: values[1], ClientRequestToken: token }),
    );

    const event = eventOf(left.events.revokeOfSecret, { secret, token, previous });
    const outcome = await keys.sandbox.functions.invoke(keys.register('sendgrid'), event);

    expect(outcome.ok).toBe(true);
    expect(values.map(opens)).toEqual([false, true]);
  });

  async function rotatedParameter() {
    const values = { first: await madeByHand(), current: await madeByHand() };
    const name = `/test/${randomUUID()}`;
    const versions = [
      { value: 'first', labels: ['previous'] },
      { value: 'current', labels: ['current'] },
    ];
    await written(ssmOfKeys, name, versions, values);
    const Tags = [{ Key: 'rekey:revoke-after', Value: '12h' }];
    await ssmOfKeys.send(new AddTagsToResourceCommand({ ResourceType: 'Parameter', ResourceId: name, Tags }));
    await written(ssmOfKeys, `/rekey${name}`, left.journalOfRevocation, values);
    const event = eventOf(left.events.revokeOfParameter, { parameter: name });
    return { values, event, arn: keys.register('sendgrid') };
  }

  it('for a parameter is made', async () => {
    const { values, event, arn } = await rotatedParameter();

    const outcome = await keys.sandbox.functions.invoke(arn, event);

    expect(outcome.ok).toBe(true);
    expect([opens(values.first), opens(values.current)]).toEqual([false, true]);
  });

  it('for a parameter is not made when AWSPREVIOUS is on another version than the one that was meant', async () => {
    const { values, event, arn } = await rotatedParameter();

    const outcome = await keys.sandbox.functions.invoke(arn, { ...event, PreviousVersion: 'another' });

    expect(outcome.ok).toBe(true);
    expect([opens(values.first), opens(values.current)]).toEqual([true, true]);
  });
});
