/** The packaged functions, end to end: real processes, the server at MONGODB_URI or the stand-in, the sandbox's services. */
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { documentdb } from '../../shared/databases/documentdb/documentdb.ts';
import type { DatabaseLogin } from '../../shared/databases/secret.ts';
import { testDocumentDb } from '../support/documentdb-server.ts';
import { packagedOn } from '../support/packaged.ts';

const server = await testDocumentDb();
const opens = (value: Record<string, unknown>) =>
  documentdb.connect(value as unknown as DatabaseLogin, server.context).then(
    (session) => session.close().then(() => true),
    (error) => {
      if (error.code === 'AUTHENTICATION_REFUSED') return false;
      throw error;
    },
  );
const house = await packagedOn('documentdb', server, opens);
const { sandbox } = house;
afterAll(() => house.close());
beforeEach(() => sandbox.faults.clear());
/** Where a role decides that. */
async function mayNotChangeItsOwn(username: unknown): Promise<void> {
  const roles = server.ownPasswordRoles;
  if (roles.length > 0) await server.command({ revokeRolesFromUser: username, roles });
}

const callsOf = (arn: string) =>
  sandbox.requests.filter(({ caller, service }) => caller === arn.split(':').at(-1) && service === 'secretsmanager');

describe('single user', () => {
  it('rotates: the new password opens, the old one does not, ten calls are enough, and the topic hears of it', async () => {
    const arn = house.register('singleUser');
    const secret = await house.secret();
    const before = await house.value(secret);

    const { token, error } = await house.rotate(secret, arn);

    expect(error).toBeUndefined();
    expect(await house.labels(secret)).toMatchObject({ AWSCURRENT: token });
    expect([await house.opens(before), await house.opens(await house.value(secret))]).toEqual([false, true]);
    expect(callsOf(arn)).toHaveLength(10);
    expect(house.messages(secret).map(({ body }) => [body.outcome, body.engine])).toEqual([
      ['succeeded', 'documentdb'],
    ]);
  });

  it('gets no login refused', async ({ skip }) => {
    skip(server.untold.refusedLogins !== undefined, server.untold.refusedLogins);
    const arn = house.register('singleUser');
    const secret = await house.secret();
    const before = await server.refusedLogins();

    await house.rotate(secret, arn);

    expect(await server.refusedLogins()).toBe(before);
  });

  it.each(['mongo', 'docdb', 'documentdb'])('takes the engine %s', async (engine) => {
    const arn = house.register('singleUser');
    const secret = await house.secret({ engine });

    expect((await house.rotate(secret, arn)).error).toBeUndefined();
  });

  it('makes passwords of the characters that DocumentDB takes, also when nothing is excluded', async () => {
    const arn = house.register('singleUser', { EXCLUDE_CHARACTERS: '', PASSWORD_LENGTH: '100' });
    const secret = await house.secret();

    const { error } = await house.rotate(secret, arn);

    expect(error).toBeUndefined();
    expect((await house.value(secret)).password).toMatch(/^[^/"@ ]{100}$/);
  });
});

describe('superuser set', () => {
  it('rotates a user that may not change its own password', async () => {
    const arn = house.register('superuserSet');
    const secret = await house.secret();
    const before = await house.value(secret);
    await mayNotChangeItsOwn(before.username);

    const { error } = await house.rotate(secret, arn);

    expect(error).toBeUndefined();
    expect([await house.opens(before), await house.opens(await house.value(secret))]).toEqual([false, true]);
  });
});

describe('alternating users', () => {
  it('rotates back and forth, the previous value keeps working, and eleven calls are enough', async () => {
    const arn = house.register('alternatingUsers');
    const secret = await house.secret();
    const base = (await house.value(secret)).username;
    const seen: unknown[] = [];

    for (let turn = 0; turn < 3; turn++) {
      const { error } = await house.rotate(secret, arn);
      const [current, previous] = [await house.value(secret), await house.value(secret, 'AWSPREVIOUS')];
      seen.push([error, current.username, await house.opens(current), await house.opens(previous)]);
    }

    expect(seen).toEqual([
      [undefined, `${base}_clone`, true, true],
      [undefined, base, true, true],
      [undefined, `${base}_clone`, true, true],
    ]);
    expect(callsOf(arn)).toHaveLength(33);
  });

  it('brings roles given to, and taken from, the base user to both, also while the clone is current', async () => {
    const arn = house.register('alternatingUsers');
    const secret = await house.secret();
    const { username } = await house.value(secret);
    const may: boolean[] = [];

    await house.rotate(secret, arn);
    await server.grant(String(username));
    await house.rotate(secret, arn);
    may.push(await server.mayUse((await house.value(secret, 'AWSPREVIOUS')) as unknown as DatabaseLogin));
    await house.rotate(secret, arn);
    await server.revoke(String(username));
    await house.rotate(secret, arn);
    for (const label of ['AWSCURRENT', 'AWSPREVIOUS']) {
      may.push(await server.mayUse((await house.value(secret, label)) as unknown as DatabaseLogin));
    }

    expect(may).toEqual([true, false, false]);
  });

  it('leaves a user alone that only has the name of the clone, and shows how to adopt it', async () => {
    const arn = house.register('alternatingUsers');
    const secret = await house.secret();
    const { username } = await house.value(secret);
    await server.createUser(`${username}_clone`, 'somebody-elses');

    const { error } = await house.rotate(secret, arn);

    expect(error).toMatchObject({
      errorType: 'TargetMismatchError',
      errorMessage: expect.stringContaining(`rekey_${username}`),
    });
    expect(await house.opens({ ...server.login(`${username}_clone`, 'somebody-elses') })).toBe(true);
  });

  it("takes over a pair of which AWSPREVIOUS opens the other user, as AWS's template leaves it", async () => {
    const arn = house.register('alternatingUsers');
    const secret = await house.secret();
    const base = await house.value(secret);
    const clone = server.login(`${base.username}_clone`, 'made-by-template');
    await server.createUser(clone.username, clone.password);
    await house.put(secret, { ...base, ...clone });

    const { error } = await house.rotate(secret, arn);

    expect(error).toBeUndefined();
    expect((await house.value(secret)).username).toBe(base.username);
    expect([await house.opens({ ...clone }), await house.opens(await house.value(secret))]).toEqual([true, true]);
  });

  it('takes the superuser secret that DocumentDB manages, completed from its cluster', async () => {
    const arn = house.register('alternatingUsers');
    const cluster = 'arn:aws:rds:us-east-1:123456789012:cluster:docs';
    sandbox.rds.tell({
      clusters: [
        {
          DBClusterIdentifier: 'docs',
          DBClusterArn: cluster,
          Engine: 'docdb',
          Endpoint: 'localhost',
          Port: Number(server.superuser.port),
          DBClusterMembers: [],
        },
      ],
    });
    const { CreateSecretCommand } = await import('@aws-sdk/client-secrets-manager');
    const { username, password } = server.superuser;
    await house.client.send(
      new CreateSecretCommand({
        Name: 'rds!docs',
        SecretString: JSON.stringify({ username, password }),
        Tags: [{ Key: 'aws:rds:primarydbclusterarn', Value: cluster }],
      }),
    );
    const secret = await house.secret({ masterarn: 'rds!docs' });

    expect((await house.rotate(secret, arn)).error).toBeUndefined();
  });
});

describe('bad input changes nothing and shows no value', () => {
  it.for<[string, Record<string, unknown>, string, string]>([
    ['a wrong password everywhere', { password: 'sw0rdfish' }, 'LockedOutError', 'no stored version'],
    ['a user of another authentication database', { authSource: 'elsewhere' }, 'LockedOutError', 'no stored version'],
    ['a list of hosts', { host: 'localhost,evil.example' }, 'InvalidSecretError', 'field host'],
    ['a connection string as host', { host: 'mongodb://localhost' }, 'InvalidSecretError', 'field host'],
    ['plain text where the server wants TLS', { ssl: false }, 'UnreachableError', 'phase login'],
  ])('%s', async ([, fields, errorType, fact], { skip }) => {
    skip('authSource' in fields && server.oneUserDatabase, 'this server has one authentication database');
    const arn = house.register('singleUser');
    const secret = await house.secret(fields);
    const before = await house.value(secret);

    const { error } = await house.rotate(secret, arn);

    expect(error).toMatchObject({ errorType, errorMessage: expect.stringContaining(fact) });
    expect(JSON.stringify([error, house.messages(secret)])).not.toContain(String(before.password));
    expect(await house.value(secret)).toEqual(before);
  });

  it('a user that may not change its own password', async ({ skip }) => {
    skip(server.ownPasswordRoles.length === 0, 'on this server no role decides that');
    const arn = house.register('singleUser');
    const secret = await house.secret();
    const before = await house.value(secret);
    await mayNotChangeItsOwn(before.username);

    const { error } = await house.rotate(secret, arn);

    expect(error).toMatchObject({ errorType: 'PermissionError' });
    expect(await house.opens(before)).toBe(true);
  });
});
