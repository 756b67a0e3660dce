/** A secret whose tag names a parameter, which is to have the same value. */
import { randomUUID } from 'node:crypto';
import { CreateSecretCommand, type SecretsManagerClient, TagResourceCommand } from '@aws-sdk/client-secrets-manager';
import { GetParameterCommand, GetParameterHistoryCommand, PutParameterCommand } from '@aws-sdk/client-ssm';
import { afterAll, describe, expect, it } from 'vitest';
import { startSandbox } from '../../../local/sandbox.ts';
import { singleUserStrategy } from '../../../shared/databases/strategies/single-user.ts';
import type { Rotation } from '../../../shared/rotation/rotation.ts';
import { runStep } from '../../../shared/rotation/steps.ts';
import { mirrored } from '../../../shared/stores/mirror.ts';
import { copyInto } from '../../../shared/stores/parameter-store/copy-into.ts';
import { crashPlan } from '../../conformance/crash.ts';
import { Died, rotation, step, wholeRotation } from '../../conformance/rotate.ts';
import { memoryWorld } from '../../support/memory-world.ts';
import { ssmTestClient } from '../../support/parameter-store.ts';
import { sandboxClient, sandboxStore } from '../../support/sandbox-store.ts';

const sandbox = await startSandbox({ automaticRetries: 0 });
const ssm = ssmTestClient(sandbox);
const secrets: SecretsManagerClient = sandboxClient(sandbox);
afterAll(async () => {
  ssm.destroy();
  secrets.destroy();
  await sandbox.close();
});
const { signal } = new AbortController();

async function world(mirror: { Type?: 'String' | 'SecureString'; tag?: (name: string) => string } = {}) {
  const memory = memoryWorld(singleUserStrategy);
  const initial = Object.keys(await memory.store.labels())[0] ?? '';
  const store = await sandboxStore(sandbox, secrets, String(await memory.store.valueOf(initial)));
  const name = `/mirror/${randomUUID()}`;
  const { Type = 'SecureString', tag = (given) => given } = mirror;
  await ssm.send(new PutParameterCommand({ Name: name, Type, Value: 'before' }));
  const Tags = [{ Key: 'rekey:mirror', Value: tag(name) }];
  await secrets.send(new TagResourceCommand({ SecretId: store.secretId, Tags }));
  const versions = (plan = crashPlan()) =>
    mirrored(plan.versions(store.versions), {
      signal,
      log: () => {},
      copy: (...args) => plan.call('copy', () => copyInto(...args, ssm)),
    });
  return { ...memory, store, name, versions };
}

const shown = async (Name: string) =>
  (await ssm.send(new GetParameterCommand({ Name, WithDecryption: true }))).Parameter?.Value;
const versionsOf = async (Name: string) =>
  (await ssm.send(new GetParameterHistoryCommand({ Name }))).Parameters?.length;

describe('a mirror', () => {
  it('has the new value as soon as it is current, and one version for it', async () => {
    const here = await world();
    const token = await here.store.begin();
    await step(here, token, 'createSecret');

    await step(here, token, 'setSecret');
    const early = await shown(here.name);
    await step(here, token, 'testSecret');
    await step(here, token, 'finishSecret');

    expect(early).toBe(await here.store.valueOf(token));
    expect(await shown(here.name)).toBe(early);
    expect(await versionsOf(here.name)).toBe(2);
  });

  it('may be one field of the value, and be named by its ARN', async () => {
    const here = await world({ tag: (name) => `arn:aws:ssm:us-east-1:123456789012:parameter${name}:password` });

    const { token } = await wholeRotation(here);

    expect(await shown(here.name)).toBe(JSON.parse((await here.store.valueOf(token)) ?? '').password);
  });

  it('gets its value from the repeat, wherever the rotation died', async () => {
    const whole = crashPlan();
    await wholeRotation(await world(), { plan: whole });

    for (let call = 0; call < whole.calls.length; call++) {
      const here = await world();
      const token = await here.store.begin();
      const plan = crashPlan({ call, when: 'before' });
      await rotation(here, token, { plan }).catch((error) => expect(error).toBeInstanceOf(Died));

      await rotation(here, token);

      expect(await shown(here.name), `${call}: ${plan.calls.at(-1)}`).toBe(await here.store.valueOf(token));
    }
    expect(whole.calls.filter((name) => name === 'copy')).toHaveLength(3);
  }, 60_000);

  it('that cannot be written fails the last step, and the secret is rotated all the same', async () => {
    const here = await world({ Type: 'String' });

    const failure = wholeRotation(here);

    await expect(failure).rejects.toMatchObject({
      name: 'InvalidSecretError',
      message: expect.stringMatching(/^the mirror of .* cannot be written: parameter \/mirror\/.* is a String/),
    });
    const labels = Object.values(await here.store.labels());
    expect(labels).toContainEqual(expect.arrayContaining(['AWSCURRENT', 'AWSPENDING']));
    expect(await shown(here.name)).toBe('before');
  });

  it('that cannot be written is told as a failure each time, and never as a success', async () => {
    const here = await world({ Type: 'String' });
    const token = await here.store.begin();
    await step(here, token, 'createSecret');
    await step(here, token, 'setSecret');

    for (const name of ['testSecret', 'finishSecret', 'finishSecret'] as const) {
      const told: string[] = [];
      const progress: Rotation<object>['progress'] = { working: 'unknown' };
      const failure = runStep(name, {
        strategy: here.strategy(crashPlan()),
        versions: here.versions(),
        ctx: here.context({ secretId: here.store.secretId, token }),
        progress,
        report: async ({ outcome }) => void told.push(outcome),
      });

      await expect(failure).rejects.toMatchObject({ code: 'INVALID_SECRET' });
      expect([told, progress.working]).toEqual([[], 'AWSCURRENT']);
    }
  });

  it('keeps its key, tier, data type, description and pattern, and expires as far from now as before', async () => {
    const here = await world();
    const DAY = 86_400_000;
    const settings = {
      KeyId: 'alias/own',
      Tier: 'Advanced' as const,
      DataType: 'text',
      Description: 'for the old shop',
      AllowedPattern: '.*e.*',
    };
    const Timestamp = new Date(Date.now() + 5 * DAY).toISOString();
    const Policies = JSON.stringify([{ Type: 'Expiration', Version: '1.0', Attributes: { Timestamp } }]);
    await ssm.send(
      new PutParameterCommand({ Name: here.name, Value: 'before', Overwrite: true, ...settings, Policies }),
    );

    await wholeRotation(here);

    const { Parameters = [] } = await ssm.send(new GetParameterHistoryCommand({ Name: here.name }));
    const last = Parameters.at(-1);
    expect(Parameters).toHaveLength(3);
    expect(last).toMatchObject(settings);
    const { Attributes } = JSON.parse(last?.Policies?.[0]?.PolicyText ?? '');
    expect(Math.abs(Date.parse(Attributes.Timestamp) - Date.now() - 5 * DAY)).toBeLessThan(120_000);
  });

  it.each([
    ['of another account', (name: string) => `arn:aws:ssm:us-east-1:999999999999:parameter${name}`],
    ['of another region', (name: string) => `arn:aws:ssm:eu-west-1:123456789012:parameter${name}`],
    ['where pending values are', (name: string) => `/rekey${name}`],
    ['that is no name', () => 'a b'],
  ])('%s is refused, and what has that name here stays as it is', async (_, tag) => {
    const here = await world({ tag });

    const failure = wholeRotation(here);

    await expect(failure).rejects.toMatchObject({ code: 'INVALID_SECRET' });
    expect(await versionsOf(here.name)).toBe(1);
  });

  it.each([
    ['that is not there', ':nickname'],
    ['that is no text', ':port'],
  ])('of a field %s is refused, without a value in the message', async (_, field) => {
    const here = await world({ tag: (name) => `${name}${field}` });

    const failure = await wholeRotation(here).catch((error) => error);

    expect(failure).toMatchObject({ code: 'INVALID_SECRET' });
    expect(failure.message).not.toContain('password');
  });

  it('is not looked for where there is no tag: not one call more', async () => {
    const memory = memoryWorld(singleUserStrategy);
    const [plain, wrapped] = [crashPlan(), crashPlan()];
    await wholeRotation(memory, { plan: plain });

    await wholeRotation(
      {
        ...memory,
        versions: () => mirrored(wrapped.versions(memory.store.versions), { signal, log: () => {} }),
      },
      {},
    );

    const reads = ({ calls }: typeof plain) => calls.filter((name) => /^(describe|read|put|promote|drop)/.test(name));
    expect(reads(wrapped)).toEqual(reads(plain));
  });
});

describe('without a mirror', () => {
  it('a reader of Parameter Store gets a secret through /aws/reference/secretsmanager/', async () => {
    const name = `shop-${randomUUID()}`;
    await secrets.send(new CreateSecretCommand({ Name: name, SecretString: 'as it is' }));

    expect(await shown(`/aws/reference/secretsmanager/${name}`)).toBe('as it is');
  });
});
