/** The smallest description that is one, and a vendor that remembers what it was asked. */
import { afterEach } from 'vitest';
import { type DoubleRequest, serve } from '../../../../local/doubles/double.ts';
import { declaredProvider } from '../../../../shared/keys/declared/declared.ts';
import type { Access, KeySecret } from '../../../../shared/keys/provider.ts';
import { testContext } from '../../../support/context.ts';

export const ended: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(ended.splice(0).map((close) => close()));
});

/** A vendor that answers every call alike, and remembers what it was asked. */
export async function vendor(...answers: { status?: number; json?: unknown }[]) {
  const requests: DoubleRequest[] = [];
  const answer = (request: DoubleRequest) => {
    requests.push(request);
    const { status = 200, json = {} } = answers[Math.min(requests.length, answers.length) - 1] ?? {};
    return { status, json };
  };
  const served = await serve({ 'GET /*': answer, 'POST /*': answer, 'DELETE /*': answer });
  ended.push(served.close);
  return { ...served, requests };
}

export const smallest = {
  name: 'tiny',
  base: 'https://api.tiny.example',
  hosts: ['api.tiny.example'],
  secret: { key: 'api_key', id: { pattern: '^tk_([a-z0-9]+)_' }, plain: true },
  auth: {
    admin: { headers: { authorization: 'Bearer {{admin.api_key}}' } },
    key: { headers: { authorization: 'Bearer {{key.api_key}}' } },
  },
  unlisted: true,
  issue: { request: { method: 'POST', path: '/keys' }, key: 'key' },
  verify: { request: { method: 'GET', path: '/self' } },
  revoke: { request: { method: 'DELETE', path: '/keys/{{id}}' } },
};
export const tiny = (change: object = {}) => declaredProvider({ ...smallest, ...change }, 'providers/tiny.json');
export const current: KeySecret = { api_key: 'tk_a1_sesame-open' };
export const accessTo = (url: string | undefined, given: Partial<Access> = {}): Access => ({
  current,
  admin: current,
  ctx: testContext({ providerEndpoint: url }),
  ...given,
});
