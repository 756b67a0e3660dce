import {
  GetSecretValueCommand,
  PutSecretValueCommand,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { startSandbox } from '../../../local/sandbox.ts';
import { secretsManagerVersions } from '../../../shared/stores/secrets-manager/secrets-manager.ts';
import { describeSecretVersions } from '../../conformance/secret-versions.case.ts';
import { memoryStore } from '../../support/memory-store.ts';
import { patience } from '../../support/patience.ts';
import { sandboxClient, sandboxStore } from '../../support/sandbox-store.ts';

const sandbox = await startSandbox({ automaticRetries: 0 });
const client = sandboxClient(sandbox);
afterAll(async () => {
  client.destroy();
  await sandbox.close();
});
beforeEach(() => sandbox.faults.clear());

describeSecretVersions('memory', async () => memoryStore('first'));
describeSecretVersions("the sandbox's Secrets Manager", () => sandboxStore(sandbox, client, 'first'));

describe('what is foreseen', () => {
  const prepared = async () => {
    const { secretId } = await sandboxStore(sandbox, client, 'first');
    const versions = secretsManagerVersions({ client, signal: new AbortController().signal });
    const from = sandbox.requests.length;
    const reads = () => sandbox.requests.slice(from).filter(({ operation }) => operation === 'GetSecretValue').length;
    const put = async () => {
      const { VersionId = '' } = await client.send(
        new PutSecretValueCommand({ SecretId: secretId, SecretString: 'second' }),
      );
      return VersionId;
    };
    const current = async () =>
      Object.entries((await versions.describe(secretId)).labels).find(([, labels]) =>
        labels.includes('AWSCURRENT'),
      )?.[0];
    return { secretId, versions, reads, put, current };
  };

  it('is asked for once, and at once', async () => {
    const { secretId, versions, reads, current } = await prepared();

    versions.foresee?.(secretId, [{ label: 'AWSCURRENT' }]);
    const version = await current();

    await expect.poll(reads).toBe(1);
    expect(await versions.read(secretId, 'AWSCURRENT', version)).toBe('first');
    expect(reads()).toBe(1);
  });

  it('serves one read, and the next one asks', async () => {
    const { secretId, versions, reads, current } = await prepared();

    versions.foresee?.(secretId, [{ label: 'AWSCURRENT' }]);
    const version = await current();
    for (let times = 0; times < 2; times++) await versions.read(secretId, 'AWSCURRENT', version);

    expect(reads()).toBe(2);
  });

  it('serves no read of whichever has the label: it may be older than the description', async () => {
    const { secretId, versions, reads, put } = await prepared();

    versions.foresee?.(secretId, [{ label: 'AWSCURRENT' }]);
    await expect.poll(reads).toBe(1);
    await put();

    expect(await versions.read(secretId, 'AWSCURRENT')).toBe('second');
  });

  it('is asked for again when the label was on another version then', async () => {
    const { secretId, versions, reads, put } = await prepared();

    versions.foresee?.(secretId, [{ label: 'AWSCURRENT' }]);
    await expect.poll(reads).toBe(1);
    const version = await put();

    expect(await versions.read(secretId, 'AWSCURRENT', version)).toBe('second');
  });

  it('and failed is told to who asks for it', async () => {
    const { secretId, versions } = await prepared();
    sandbox.faults.add({ operation: 'GetSecretValue', action: 'throttle', times: 20 });

    versions.foresee?.(secretId, [{ label: 'AWSCURRENT' }]);

    await expect(versions.read(secretId, 'AWSCURRENT', 'of any version')).rejects.toMatchObject({ code: 'THROTTLED' });
  });

  it('and failed is nothing when nobody asks for it', async () => {
    const { secretId, versions, current } = await prepared();
    sandbox.faults.add({ operation: 'GetSecretValue', action: 'throttle', times: 3 });

    versions.foresee?.(secretId, [{ label: 'AWSCURRENT' }]);

    expect(await current()).toBeDefined();
    await expect.poll(() => sandbox.faults.pending()).toEqual([]);
    expect(await versions.read(secretId, 'AWSPENDING')).toBeUndefined();
  });
});

describe('errors of Secrets Manager', () => {
  const versions = (given: { client?: SecretsManagerClient; signal?: AbortSignal } = {}) =>
    secretsManagerVersions({ client, signal: new AbortController().signal, ...given });

  it('a secret that does not exist', async () => {
    await expect(versions().describe('nothing/here')).rejects.toMatchObject({ code: 'SECRET_NOT_FOUND' });
  });

  it('a binary value', async () => {
    const { secretId } = await sandboxStore(sandbox, client, 'first');
    await client.send(new PutSecretValueCommand({ SecretId: secretId, SecretBinary: Buffer.from('x') }));

    await expect(versions().read(secretId, 'AWSCURRENT')).rejects.toMatchObject({
      code: 'INVALID_SECRET',
      hint: expect.stringContaining('SecretString'),
    });
  });

  it('one throttled call and one broken connection are repeated unseen', async () => {
    const { secretId } = await sandboxStore(sandbox, client, 'first');
    sandbox.faults.add({ operation: 'GetSecretValue', action: 'throttle' });
    sandbox.faults.add({ operation: 'GetSecretValue', nth: 2, action: 'cut', when: 'before' });

    expect(await versions().read(secretId, 'AWSCURRENT')).toBe('first');
    expect(sandbox.faults.pending()).toEqual([]);
  });

  it('throttling without end is retryable, and says so', async () => {
    const { secretId } = await sandboxStore(sandbox, client, 'first');
    sandbox.faults.add({ operation: 'DescribeSecret', action: 'throttle', times: 20 });

    await expect(versions().describe(secretId)).rejects.toMatchObject({
      name: 'ServiceError',
      retryable: true,
      fact: expect.stringContaining('throttled'),
    });
  });

  describe('a write that is turned away', { timeout: patience(60_000) }, () => {
    const asked = (operation: string) => sandbox.requests.filter((request) => request.operation === operation).length;
    const begun = async () => {
      const store = await sandboxStore(sandbox, client, 'first');
      return { ...store, token: await store.begin() };
    };

    it('comes again for longer than the SDK repeats it: others write, too', async () => {
      const { secretId, token } = await begun();
      sandbox.faults.add({ operation: 'PutSecretValue', action: 'throttle', times: 5 });

      expect(await versions().put(secretId, token, 'second')).toBe('stored');
      await versions()
        .promote(secretId, token, undefined)
        .catch(() => {});
      sandbox.faults.add({ operation: 'UpdateSecretVersionStage', action: 'throttle', times: 5 });
      await versions().dropPending(secretId, token);

      expect(sandbox.faults.pending()).toEqual([]);
    });

    it('is THROTTLED when the time is up', async () => {
      const { secretId, token } = await begun();
      sandbox.faults.add({ operation: 'PutSecretValue', action: 'throttle', times: 1_000 });

      const refused = versions({ signal: AbortSignal.timeout(3_000) }).put(secretId, token, 'second');

      await expect(refused).rejects.toMatchObject({ code: 'THROTTLED' });
    });

    it('is THROTTLED when the time is up inside of the repeats of the SDK, too', async () => {
      const answers = ['ThrottlingException', 'AbortError'];
      const send = async () => Promise.reject(Object.assign(new Error('no'), { name: answers.shift() }));

      const refused = versions({ client: { send } as unknown as SecretsManagerClient }).put('x', 'y', 'second');

      await expect(refused).rejects.toMatchObject({ code: 'THROTTLED' });
      expect(answers).toEqual([]);
    });

    it('is let in sooner when it is the promotion: what is set and not promoted opens nothing for its readers', async () => {
      const store = await begun();
      const from = Object.entries(await store.labels()).find(([, labels]) => labels.includes('AWSCURRENT'))?.[0];
      await versions().put(store.secretId, store.token, 'second');
      sandbox.faults.add({ operation: 'UpdateSecretVersionStage', action: 'throttle', times: 8 });
      const began = performance.now();

      await versions().promote(store.secretId, store.token, from);

      expect(await store.labels()).toMatchObject({ [store.token]: expect.arrayContaining(['AWSCURRENT']) });
      // Eight waits of 250 ms on average. The SDK would have given up after three, and have waited for seconds.
      expect(performance.now() - began).toBeLessThan(patience(5_000));
    });

    it('is given up after some seconds when it is the promotion, so that the change can be taken back', async () => {
      const store = await begun();
      const [from] = Object.keys(await store.labels());
      sandbox.faults.add({ operation: 'UpdateSecretVersionStage', action: 'throttle', times: 1_000 });
      const began = performance.now();

      await expect(versions().promote(store.secretId, store.token, from)).rejects.toMatchObject({ code: 'THROTTLED' });

      expect(performance.now() - began).toBeGreaterThan(7_000);
      expect(performance.now() - began).toBeLessThan(patience(12_000));
    });

    it('is not repeated by the SDK besides: a thousand functions would crowd out who holds up readers', async () => {
      const { secretId, token } = await begun();
      sandbox.faults.add({ operation: 'PutSecretValue', action: 'throttle', times: 1_000 });
      const before = asked('PutSecretValue');
      vi.spyOn(Math, 'random').mockReturnValue(1);
      onTestFinished(() => void vi.restoreAllMocks());

      // Tries at 0 and 4 seconds.
      const refused = versions({ signal: AbortSignal.timeout(6_000) }).put(secretId, token, 'second');

      await expect(refused).rejects.toMatchObject({ code: 'THROTTLED' });
      expect(asked('PutSecretValue') - before).toBe(2);
    });
  });

  it('an abort is a DeadlineError', async () => {
    const { secretId } = await sandboxStore(sandbox, client, 'first');

    const refused = versions({ signal: AbortSignal.abort() }).describe(secretId);

    await expect(refused).rejects.toMatchObject({ name: 'DeadlineError' });
  });

  it('a service that is not there is unreachable, and the hint names the VPC endpoint', async () => {
    const nowhere = sandboxClient({ ...sandbox, url: 'http://127.0.0.1:1' });

    const refused = versions({ client: nowhere }).describe('x');

    await expect(refused).rejects.toMatchObject({
      name: 'UnreachableError',
      hint: expect.stringContaining('endpoint'),
    });
  });

  it('a promotion that was applied, but answered 500, is a conflict to the SDK’s repeat, never a success that did not happen', async () => {
    const store = await sandboxStore(sandbox, client, 'first');
    const [from] = Object.keys(await store.labels());
    const token = await store.begin();
    await store.versions.put(store.secretId, token, 'second');
    sandbox.faults.add({ operation: 'UpdateSecretVersionStage', action: 'error', when: 'after' });

    await expect(store.versions.promote(store.secretId, token, from)).rejects.toMatchObject({ code: 'CURRENT_MOVED' });

    const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: store.secretId }));
    expect(SecretString).toBe('second');
  });
});
