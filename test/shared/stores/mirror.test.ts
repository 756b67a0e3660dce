/** A secret whose tag names a parameter, which is to have the same value. */
import { randomUUID } from 'node:crypto';
import { CreateSecretCommand, type SecretsManagerClient, TagResourceCommand } from '@aws-sdk/client-secrets-manager';
import {
  DeleteParameterCommand,
  GetParameterCommand,
  GetParameterHistoryCommand,
  PutParameterCommand,
  type SSMClient,
} from '@aws-sdk/client-ssm';
import { afterAll, describe, expect, it } from 'vitest';
import { startSandbox } from '../../../local/sandbox.ts';
import { alternatingUsersStrategy } from '../../../shared/databases/strategies/alternating-users.ts';
import { singleUserStrategy } from '../../../shared/databases/strategies/single-user.ts';
import type { Rotation } from '../../../shared/rotation/rotation.ts';
import { runStep } from '../../../shared/rotation/steps.ts';
import { mirrored } from '../../../shared/stores/mirror.ts';
import { copyInto, requireWritable } from '../../../shared/stores/parameter-store/copy-into.ts';
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

interface Setting {
  readonly Type?: 'String' | 'SecureString';
  readonly tag?: (name: string) => string;
  readonly strategy?: Parameters<typeof memoryWorld>[0];
  /** As which the mirrors are looked at before anything changes. */
  readonly client?: SSMClient;
}

async function world(mirror: Setting = {}) {
  const memory = memoryWorld(mirror.strategy ?? singleUserStrategy);
  const initial = Object.keys(await memory.store.labels())[0] ?? '';
  const store = await sandboxStore(sandbox, secrets, String(await memory.store.valueOf(initial)));
  const name = `/mirror/${randomUUID()}`;
  const { Type = 'SecureString', tag = (given) => given, client = ssm } = mirror;
  await ssm.send(new PutParameterCommand({ Name: name, Type, Value: 'before' }));
  const Tags = [{ Key: 'rekey:mirror', Value: tag(name) }];
  await secrets.send(new TagResourceCommand({ SecretId: store.secretId, Tags }));
  const versions = (plan = crashPlan()) =>
    mirrored(plan.versions(store.versions), {
      signal,
      log: () => {},
      copier: {
        copyInto: (...args) => plan.call('copy', () => copyInto(...args, ssm)),
        requireWritable: (...args) => plan.call('look', () => requireWritable(...args, client)),
      },
    });
  return { ...memory, store, name, versions };
}

/** A role that may read parameters, and not write them. */
function readOnly(): SSMClient {
  const client = ssmTestClient(sandbox);
  const denied = Object.assign(new Error('denied'), {
    name: 'AccessDeniedException',
    $metadata: { httpStatusCode: 400 },
  });
  client.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        if (commandName === 'PutParameterCommand') throw denied;
        return next(args);
      },
    { step: 'initialize' },
  );
  return client;
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
  });

  it('may be several, one of them of numbers, and each gets its own', async () => {
    const here = await world({ tag: (name) => `${name}:username, ${name}/password:password,${name}/port:port` });
    for (const Name of [`${here.name}/password`, `${here.name}/port`]) {
      await ssm.send(new PutParameterCommand({ Name, Type: 'SecureString', Value: 'before' }));
    }

    const { token } = await wholeRotation(here);

    const { username, password, port } = JSON.parse((await here.store.valueOf(token)) ?? '');
    const names = [here.name, `${here.name}/password`, `${here.name}/port`];
    expect(await Promise.all(names.map(shown))).toEqual([username, password, String(port)]);
    expect(await Promise.all(names.map(versionsOf))).toEqual([2, 2, 2]);
  });

  it('that is lost after the first step fails the last one; the secret is rotated, and the other mirror written', async () => {
    const here = await world({ tag: (name) => `${name},${name}/second` });
    await ssm.send(new PutParameterCommand({ Name: `${here.name}/second`, Type: 'SecureString', Value: 'before' }));
    const token = await here.store.begin();
    await step(here, token, 'createSecret');
    await ssm.send(new DeleteParameterCommand({ Name: here.name }));
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

      await expect(failure).rejects.toMatchObject({
        name: 'InvalidSecretError',
        message: expect.stringMatching(/^the mirror of .* cannot be written: parameter \/mirror\/.* does not exist/),
      });
      expect([told, progress.working]).toEqual([[], 'AWSCURRENT']);
    }
    expect(await shown(`${here.name}/second`)).toBe(await here.store.valueOf(token));
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

  it.each<[string, Setting]>([
    ['of another account', { tag: (name) => `arn:aws:ssm:us-east-1:999999999999:parameter${name}` }],
    ['of another region', { tag: (name) => `arn:aws:ssm:eu-west-1:123456789012:parameter${name}` }],
    ['where pending values are', { tag: (name) => `/rekey${name}` }],
    ['that is no name', { tag: () => 'a*b' }],
    ['that is no name, but a field', { tag: () => ':password' }],
    ['that is not there', { tag: (name) => `${name},${name}/gone` }],
    ['named twice', { tag: (name) => `${name}:username,${name}:password` }],
    ['of a field that is not there', { tag: (name) => `${name}:nickname` }],
    ['of a field that every object has', { tag: (name) => `${name}:constructor` }],
    ['that is no SecureString', { Type: 'String' }],
    ['that the role may not write', { client: readOnly() }],
    [
      'of the password alone, where the user changes, too',
      { tag: (name) => `${name}:password`, strategy: alternatingUsersStrategy },
    ],
    [
      'of the user alone, where the password changes, too',
      { tag: (name) => `${name}:username`, strategy: alternatingUsersStrategy },
    ],
  ])('%s is refused in the first step, and nothing has changed', async (_, setting) => {
    const here = await world(setting);
    const before = await here.store.labels();
    const token = await here.store.begin();
    const progress: Rotation<object>['progress'] = { working: 'unknown' };

    const failure = await step(here, token, 'createSecret', { progress }).catch((error) => error);

    expect(['INVALID_SECRET', 'SECRET_NOT_FOUND', 'ACCESS_DENIED']).toContain(failure.code);
    expect(failure.message).not.toContain('first-password');
    if (failure.code === 'SECRET_NOT_FOUND')
      expect(failure).toMatchObject({ about: expect.stringContaining(here.name), isParameter: true });
    expect(failure.about ?? here.name).toContain(here.name);
    expect(progress.working).toBe('AWSCURRENT');
    expect(await here.store.labels()).toEqual({ ...before, [token]: ['AWSPENDING'] });
    expect(await here.store.valueOf(token)).toBeUndefined();
    expect([...here.server.users.keys()]).toEqual(['app', 'root']);
    expect(await versionsOf(here.name)).toBe(1);
  });

  it.each([
    ['both fields', (name: string) => `${name}:username,${name}/password:password`],
    ['the whole value', (name: string) => name],
    ['one field, on purpose', (name: string) => `${name}:password:only`],
    ['a field that stays', (name: string) => `${name}:host`],
  ])('of %s goes with users that alternate', async (_, tag) => {
    const here = await world({ tag, strategy: alternatingUsersStrategy });
    const Name = `${here.name}/password`;
    await ssm.send(new PutParameterCommand({ Name, Type: 'SecureString', Value: 'before' }));

    await wholeRotation(here);

    expect(await versionsOf(here.name)).toBe(2);
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
