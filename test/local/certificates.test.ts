import { X509Certificate } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { connect, createServer } from 'node:tls';
import { expect, it } from 'vitest';
import { createAuthority } from '../../local/certificates.ts';

const authority = createAuthority();

/** What a verifying client says about a server with this certificate. */
async function visit(options: Parameters<typeof authority.issue>[0], ca = authority.ca): Promise<string> {
  const { certificate, key } = authority.issue(options);
  const server = createServer({ cert: certificate, key }, (socket) => socket.end());
  server.on('tlsClientError', () => {});
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  const outcome = await new Promise<string>((resolve) => {
    const socket = connect({ host: '127.0.0.1', port, servername: 'localhost', ca }, () => resolve('welcome'));
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    socket.on('close', () => server.close());
    socket.resume();
  });
  return outcome;
}

it('issues a certificate for localhost and 127.0.0.1', () => {
  const { certificate } = authority.issue();

  const x509 = new X509Certificate(certificate);

  expect(x509.checkHost('localhost')).toBe('localhost');
  expect(x509.checkIP('127.0.0.1')).toBe('127.0.0.1');
  expect(x509.verify(new X509Certificate(authority.ca).publicKey)).toBe(true);
  expect([x509.ca, new X509Certificate(authority.ca).ca]).toEqual([false, true]);
});

it('takes addresses of both kinds, and dates that need four digits for the year', () => {
  const { certificate } = authority.issue({ names: ['::1', '127.0.0.2'], notAfter: new Date('2051-02-03T04:05:06Z') });

  const x509 = new X509Certificate(certificate);

  expect([x509.checkIP('::1'), x509.checkIP('127.0.0.2')]).toEqual(['::1', '127.0.0.2']);
  expect(new Date(x509.validTo)).toEqual(new Date('2051-02-03T04:05:06Z'));
});

it.each<[string, Parameters<typeof authority.issue>[0], string]>([
  ['the right name', {}, 'welcome'],
  [
    'a long list of names',
    { names: ['localhost', ...Array.from({ length: 40 }, (_, n) => `host-${n}.example`)] },
    'welcome',
  ],
  ['a wrong name', { names: ['elsewhere.example'] }, 'ERR_TLS_CERT_ALTNAME_INVALID'],
  ['a date in the past', { notAfter: new Date(Date.now() - 1000) }, 'CERT_HAS_EXPIRED'],
])('a client that verifies meets a certificate with %s', async (_, options, expected) => {
  const outcome = await visit(options);

  expect(outcome).toBe(expected);
});

it('is not believed by a client of another authority', async () => {
  const outcome = await visit({}, createAuthority().ca);

  expect(outcome).toBe('UNABLE_TO_VERIFY_LEAF_SIGNATURE');
});
