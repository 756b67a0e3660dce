import { beforeEach, expect, it, vi } from 'vitest';

class SomeClient {
  readonly options: object;
  readonly middlewareStack = { add: () => {} };
  constructor(options: object) {
    this.options = options;
  }
}
class OtherClient extends SomeClient {}

beforeEach(() => vi.resetModules());
const load = () => import('../../../shared/aws/clients.ts');

it('one client of a class serves the whole process, with time limits of its own', async () => {
  const { clientOf } = await load();

  const client = clientOf(SomeClient);

  expect(clientOf(SomeClient)).toBe(client);
  expect(clientOf(OtherClient)).not.toBe(client);
  expect(client.options).toMatchObject({ maxAttempts: 4, requestHandler: { requestTimeout: 5000 } });
});

it('the first caller says how it is made', async () => {
  const { clientOf } = await load();

  expect(clientOf(SomeClient, { maxAttempts: 2 }).options).toEqual({ maxAttempts: 2 });
});

it('a test can put its own there', async () => {
  const { clientOf, useClient } = await load();
  const own = new SomeClient({});

  useClient(SomeClient, own);

  expect(clientOf(SomeClient)).toBe(own);
});
