import { describe, expect, it } from 'vitest';
import { hostIn } from '../../../../shared/keys/api/host.ts';
import { testContext } from '../../../support/context.ts';

const hostOf = (domain: unknown) => hostIn({ current: { domain }, ctx: testContext() }, 'domain');

describe('a host in a secret', () => {
  it.each(['acme.okta.com', 'gitlab.internal', 'a.b', 'git-1.eu.example.co.uk', 'xn--bcher-kva.example'])(
    'takes %s',
    (host) => {
      expect(hostOf(host)).toBe(host);
    },
  );

  it('takes capitals for small letters', () => {
    expect(hostOf('Acme.Okta.com')).toBe('acme.okta.com');
  });

  it.each([
    'https://acme.okta.com',
    'acme.okta.com/',
    'acme.okta.com:8443',
    'acme.okta.com@evil.example',
    'acme.okta.com#',
    'acme.okta.com?x',
    'acme.okta.com ',
    'acme.okta.com\n',
    '.okta.com',
    'acme..com',
    '-acme.com',
    'localhost',
    '169.254.169.254',
    '127.0.0.1',
    '0x7f.1',
    '[::1]',
    'ácme.com',
    '',
    undefined,
    42,
  ])('refuses %j', (host) => {
    expect(() => hostOf(host)).toThrow(expect.objectContaining({ code: 'INVALID_SECRET' }));
  });
});
