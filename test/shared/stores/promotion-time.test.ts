/** A promotion that is turned away, where little time is left, or where one try may have been taken. */
import { afterAll, beforeEach, expect, it } from 'vitest';
import { secretsManagerVersions } from '../../../shared/stores/secrets-manager/secrets-manager.ts';
import { handledInSandbox } from '../../support/handled.ts';
import { patience } from '../../support/patience.ts';
import { sandboxClient, sandboxStore } from '../../support/sandbox-store.ts';

const { sandbox, lines, server, rotate } = await handledInSandbox();
const client = sandboxClient(sandbox);
afterAll(() => client.destroy());
beforeEach(() => sandbox.faults.clear());

it('takes the change back while there is time for it', { timeout: patience(30_000) }, async () => {
  server.users.set('app', { password: 'first', rights: new Set() });
  const value = { engine: 'memory', host: server.host, username: 'app', password: 'first' };
  const store = await sandboxStore(sandbox, client, JSON.stringify(value));
  const event = { SecretId: store.secretId, ClientRequestToken: await store.begin() };
  const step = (Step: string) => {
    const until = Date.now() + 7_000;
    return rotate({ ...event, Step }, { getRemainingTimeInMillis: () => until - Date.now() } as never);
  };
  await step('createSecret');
  sandbox.faults.add({ operation: 'UpdateSecretVersionStage', action: 'throttle', times: 1_000 });

  await expect(step('setSecret')).rejects.toMatchObject({ code: 'THROTTLED' });

  expect(server.users.get('app')?.password).toBe('first');
  expect(lines.join('')).toContain('the change was taken back');
});

it('is not THROTTLED where one try had no answer: it may have been taken', { timeout: patience(30_000) }, async () => {
  const store = await sandboxStore(sandbox, client, 'first');
  const [from] = Object.keys(await store.labels());
  const token = await store.begin();
  sandbox.faults.add({ operation: 'UpdateSecretVersionStage', action: 'cut', when: 'before' });
  sandbox.faults.add({ operation: 'UpdateSecretVersionStage', action: 'throttle', times: 1_000, nth: 2 });
  const signal = AbortSignal.timeout(20_000);
  const versions = secretsManagerVersions({ client, signal, timeLimitMs: 7_500 });

  await expect(versions.promote(store.secretId, token, from)).rejects.toMatchObject({ name: 'UnreachableError' });
});
