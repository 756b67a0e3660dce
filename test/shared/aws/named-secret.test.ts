/** The secret that `masterarn` names, as both of its users meet it. */
import { randomUUID } from 'node:crypto';
import {
  CreateSecretCommand,
  type CreateSecretCommandInput,
  DeleteSecretCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { afterAll, describe, expect, it } from 'vitest';
import { startSandbox } from '../../../local/sandbox.ts';
import { adminFromSecretsManager } from '../../../shared/aws/admin-secret.ts';
import { useClient } from '../../../shared/aws/clients.ts';
import { superuserFromSecretsManager } from '../../../shared/aws/superuser.ts';
import { postgres } from '../../../shared/databases/postgres/postgres.ts';
import { keySecretSchema } from '../../../shared/keys/secret.ts';
import { testContext } from '../../support/context.ts';
import { sandboxClient } from '../../support/sandbox-store.ts';

const sandbox = await startSandbox();
const client = sandboxClient(sandbox);
useClient(SecretsManagerClient, client);
afterAll(async () => {
  client.destroy();
  await sandbox.close();
});

const login = { engine: 'postgres', host: 'db.example.com', dbname: 'shop', username: 'app', password: 'App-1' };
const schema = keySecretSchema({ required: { api_key: 'the key' }, visible: [] });
const users = {
  superuser: (masterarn: string) =>
    superuserFromSecretsManager.superuserFor({ ...login, masterarn, original: login }, postgres, testContext()),
  admin: (masterarn: string) => adminFromSecretsManager.adminFor(masterarn, schema, testContext()),
};

async function created(value: Omit<CreateSecretCommandInput, 'Name'>): Promise<string> {
  const Name = `named/${randomUUID()}`;
  await client.send(new CreateSecretCommand({ Name, ...value }));
  return Name;
}
const given = {
  'that does not exist': async () => 'no/such/secret',
  'without a value': () => created({}),
  'with a binary value': () => created({ SecretBinary: Buffer.from('{}') }),
  'that is marked for deletion': async () => {
    const SecretId = await created({ SecretString: '{}' });
    await client.send(new DeleteSecretCommand({ SecretId }));
    return SecretId;
  },
  'that an editor saved': () => created({ SecretString: `\uFEFF${JSON.stringify(login)}` }),
  'whose name can be none': async () => 'not a name!',
} as const;

describe.each(Object.entries(users))('the %s secret', (whose, read) => {
  it.each([
    ['that does not exist', 'SECRET_NOT_FOUND', 'does not exist', 'correct field masterarn', true],
    ['without a value', 'SECRET_NOT_FOUND', 'has no value', 'store the credential', true],
    ['with a binary value', 'INVALID_SECRET', 'binary', 'as text', true],
    ['that is marked for deletion', 'SECRET_NOT_FOUND', 'marked for deletion', 'restore-secret', true],
    ['that an editor saved', 'INVALID_SECRET', 'byte order mark', 'with put-secret-value', true],
    ['whose name can be none', 'INVALID_SECRET', 'no name of a secret', 'whole ARN', false],
  ] as const)('%s is %s, for a person to mend', async (what, code, fact, hint, isAbout) => {
    const masterarn = await given[what]();

    const error = await read(masterarn).then(
      () => expect.fail('it was read'),
      (thrown: { about?: string; fact: string }) => thrown,
    );

    expect(error).toMatchObject({
      name: 'InvalidSecretError',
      code,
      retryable: false,
      fact: expect.stringContaining(fact),
      hint: expect.stringContaining(hint),
    });
    expect(error.fact).toContain(masterarn);
    expect(error.about).toBe(isAbout ? masterarn : undefined);
    if (code === 'SECRET_NOT_FOUND') expect(error.fact).toContain(`the ${whose} secret`);
  });

  it('is read', async () => {
    const value = { ...login, username: 'super', api_key: 'key' };
    const masterarn = await created({ SecretString: JSON.stringify(value) });

    const found = await read(masterarn);
    expect('original' in found ? found.original : found).toMatchObject(value);
  });
});

it.each([
  ['its tag', [{ Key: 'rekey:admin-of', Value: 'sendgrid' }], 'sendgrid'],
  ['nobody, without it', [{ Key: 'team', Value: 'a' }], undefined],
])('an admin secret is of whom %s names', async (_, Tags, owner) => {
  const masterarn = await created({ SecretString: 'SG.x', Tags });

  expect(await adminFromSecretsManager.ownerOf(masterarn, testContext())).toBe(owner);
});

it.each([
  'db.example.com:5432',
  'postgresql://db.example.com',
  'jdbc:postgresql://db.example.com:5432/shop',
  'a,b',
  '[::1]',
  'app@db.example.com',
  ' db.example.com',
  'db.example.com ',
  'db.example.com\n',
])('a superuser secret with the host %j is to be mended itself', async (host) => {
  const masterarn = await created({ SecretString: JSON.stringify({ ...login, host }) });

  await expect(users.superuser(masterarn)).rejects.toMatchObject({
    code: 'INVALID_SECRET',
    fact: expect.stringContaining(`field host of the superuser secret ${masterarn} `),
    hint: expect.stringMatching(/host name or address alone|printf, not echo/),
    about: masterarn,
  });
});
