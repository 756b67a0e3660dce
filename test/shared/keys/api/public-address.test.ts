import { createServer } from 'node:http';
import type { AddressInfo, LookupFunction } from 'node:net';
import { expect, it } from 'vitest';
import { allowedLookup, isAllowedAddress } from '../../../../shared/keys/api/public-address.ts';
import { send } from '../../../../shared/keys/api/send.ts';
import { nodeTransport } from '../../../../shared/keys/api/transport.ts';
import { testContext } from '../../../support/context.ts';

it.each([
  '127.0.0.1',
  '127.255.0.1',
  '0.0.0.0',
  '169.254.169.254',
  '169.254.170.2',
  '224.0.0.1',
  '255.255.255.255',
  '::',
  '::1',
  '::127.0.0.1',
  '::ffff:127.0.0.1',
  '::ffff:7f00:1',
  '0:0:0:0:0:ffff:a9fe:a9fe',
  '64:ff9b::a9fe:a9fe',
  '2002:7f00:1::',
  'fe80::1',
  'fe80::1%eth0',
  'fd00:ec2::254',
  'ff02::1',
  '192.88.99.1',
  '3fff::1',
  '3fff:fff:ffff::1',
  '5f00::1',
  'localhost',
  '2130706433',
  '',
])('lets no credential go to %s, in a private network either', (address) => {
  expect([isAllowedAddress(address, false), isAllowedAddress(address, true)]).toEqual([false, false]);
});

it.each(['10.0.0.1', '172.31.255.255', '192.168.1.1', '100.64.0.1', '::ffff:10.0.0.1', '64:ff9b::a00:1', 'fc00::1'])(
  'lets credentials go to %s where the description says private',
  (address) => {
    expect([isAllowedAddress(address, false), isAllowedAddress(address, true)]).toEqual([false, true]);
  },
);

it.each(['8.8.8.8', '172.32.0.1', '::ffff:8.8.8.8', '64:ff9b::808:808', '2606:4700::1'])(
  'lets credentials go to %s',
  (address) => {
    expect(isAllowedAddress(address, false)).toBe(true);
  },
);

const resolvesTo =
  (...addresses: string[]): Parameters<typeof allowedLookup>[1] =>
  (_hostname, _options, done) =>
    done(
      null,
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );

/** As `net.connect` asks: for all addresses, or for one. */
const looked = (lookup: LookupFunction, all: boolean) =>
  new Promise((resolve, reject) =>
    lookup('api.acme.example', { all }, (error, address) => (error ? reject(error) : resolve(address))),
  );

it.each([true, false])('refuses a name with one address too many, whatever the others are (all: %s)', async (all) => {
  const lookup = allowedLookup(false, resolvesTo('8.8.8.8', '169.254.169.254'));

  await expect(looked(lookup, all)).rejects.toMatchObject({ code: 'UNREACHABLE_DNS', retryable: false });
});

it('gives the addresses that it looked at', async () => {
  const lookup = allowedLookup(false, resolvesTo('8.8.8.8', '2606:4700::1'));

  expect(await looked(lookup, false)).toBe('8.8.8.8');
  expect(await looked(lookup, true)).toEqual([
    { address: '8.8.8.8', family: 4 },
    { address: '2606:4700::1', family: 6 },
  ]);
});

it('refuses a name without addresses', async () => {
  await expect(looked(allowedLookup(false, resolvesTo()), true)).rejects.toMatchObject({ code: 'UNREACHABLE_DNS' });
});

it('is asked when the connection is made: a name that leads to this machine by then is not connected to', async () => {
  let connections = 0;
  const server = createServer().on('connection', () => connections++);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const ctx = testContext();
  const call = { method: 'GET', path: '/', as: 'the key', headers: { authorization: 'Bearer sesame' } } as const;
  const base = `https://rebound.example:${port}`;
  const ask = (lookup: LookupFunction) => send({ name: 'acme', base, ctx, transport: nodeTransport, lookup }, call);
  const openLookup: LookupFunction = (_hostname, { all }, done) =>
    all ? done(null, [{ address: '127.0.0.1', family: 4 }]) : done(null, '127.0.0.1', 4);

  const guarded = await ask(allowedLookup(false, resolvesTo('127.0.0.1'))).catch((error) => error);
  const before = connections;
  await ask(openLookup).catch((error) => error);
  server.close();
  server.closeAllConnections();

  expect(guarded).toMatchObject({ code: 'UNREACHABLE_DNS', retryable: false });
  expect([before, connections]).toEqual([0, 1]);
});
