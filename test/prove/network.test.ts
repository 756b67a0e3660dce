/** What a step says that fails because of the network is judged: each of these is found. */
import { expect, it } from 'vitest';
import { judge } from '../../prove/network/judge.ts';

const error = { errorType: 'UnreachableError', errorMessage: 'db.test is silent; hint: look at the network' };
const judged = (errorType: string, errorMessage: string, hint: string, code: string) => {
  const fault = { name: 'dropped', begin: async () => {}, end: async () => {} };
  return judge({ errorType, errorMessage }, { error: { hint } }, code, fault);
};

it('a typed error with a code of the network passes', () => {
  expect(() => judged(error.errorType, error.errorMessage, 'repeat it', 'UNREACHABLE_LOGIN')).not.toThrow();
});

it.each([
  ['ends', 'Sandbox.Timedout', error.errorMessage, 'repeat it', 'UNREACHABLE_LOGIN'],
  ['told', error.errorType, error.errorMessage, 'repeat it', 'UNEXPECTED'],
  ['plain', error.errorType, error.errorMessage, 'set "ssl": false in the secret', 'UNREACHABLE_TLS'],
  ['plain', error.errorType, 'db.test has no TLS; hint: write "ssl": false', 'repeat it', 'UNREACHABLE_TLS'],
  ['plain', error.errorType, error.errorMessage, 'use plain text', 'UNREACHABLE_TLS'],
])('%s is broken', (property, ...told) => {
  expect(() => judged(...told)).toThrow(expect.objectContaining({ broken: expect.objectContaining({ property }) }));
});
