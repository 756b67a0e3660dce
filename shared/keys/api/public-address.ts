/** Which addresses a credential may go to, when it is not this repository that names the host. Checked where the connection is made. */
import { lookup as systemLookup } from 'node:dns';
import { BlockList, isIP, isIPv4, type LookupFunction } from 'node:net';
import { UnreachableError } from '../../rotation/errors.ts';

type Resolve = (
  hostname: string,
  options: { all: true; family?: number | 'IPv4' | 'IPv6' },
  done: (error: NodeJS.ErrnoException | null, addresses: { address: string; family: number }[]) => void,
) => void;

/** https://www.iana.org/assignments/iana-ipv4-special-registry, https://www.iana.org/assignments/iana-ipv6-special-registry */
const NOBODYS = listOf([
  '0.0.0.0/8',
  '127.0.0.0/8',
  // Link-local: the metadata of EC2 (169.254.169.254), the credentials of containers (169.254.170.2 and .23), Lambda's own daemons.
  '169.254.0.0/16',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '::/96',
  '64:ff9b:1::/48',
  '100::/64',
  '2001::/23',
  '2001:db8::/32',
  '2002::/16',
  '3fff::/20',
  '5f00::/16',
  'fe80::/10',
  'fec0::/10',
  'ff00::/8',
  // The metadata and name services of EC2: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html
  'fd00:ec2::/32',
]);
const PRIVATE = listOf(['10.0.0.0/8', '100.64.0.0/10', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7']);
/** What NAT64 shows of an IPv4 address; in a VPC with DNS64 every provider has one: https://www.rfc-editor.org/rfc/rfc6052 */
const NAT64 = listOf(['64:ff9b::/96']);

/** May a credential go there? An address that cannot be read is none. */
export function isAllowedAddress(address: string, isPrivateAllowed: boolean): boolean {
  const family = isIP(address);
  if (family === 0 || address.includes('%')) return false;
  const type = family === 4 ? 'ipv4' : 'ipv6';
  if (type === 'ipv6') {
    const inner = embedded(address);
    if (inner !== undefined) return isAllowedAddress(inner, isPrivateAllowed);
  }
  return !NOBODYS.check(address, type) && (isPrivateAllowed || !PRIVATE.check(address, type));
}

/**
 * Resolves as the system does, and refuses a name with any address that is not allowed. The connection takes the addresses that were
 * looked at, so a name that answers differently the next time gains nothing.
 */
export function allowedLookup(isPrivateAllowed: boolean, resolve: Resolve = systemLookup): LookupFunction {
  return (hostname, options, done) => {
    const family = options.family === undefined ? {} : { family: options.family as number };
    resolve(hostname, { all: true, ...family }, (error, addresses) => {
      if (error !== null) return done(error, []);
      const wrong = addresses.find(({ address }) => !isAllowedAddress(address, isPrivateAllowed));
      const [first] = addresses;
      if (wrong !== undefined || first === undefined) return done(forbidden(hostname, wrong?.address), []);
      return options.all ? done(null, addresses) : done(null, first.address, first.family);
    });
  };
}

/** An address of this kind is written in the URL itself, so nobody would look it up. */
export function forbidden(hostname: string, address = 'no address'): UnreachableError {
  const where = hostname === address ? hostname : `${hostname} (${address})`;
  return new UnreachableError(`${where} is not an address on the internet, so no credential goes there`, {
    code: 'UNREACHABLE_DNS',
    retryable: false,
    hint: 'see who answers for this name in DNS; a provider in your own network needs "private": true in its description',
  });
}

/** The IPv4 address in ::ffff:0:0/96 and 64:ff9b::/96. */
function embedded(address: string): string | undefined {
  if (!NAT64.check(address, 'ipv6') && !/^::ffff:/.test(normal(address))) return undefined;
  const groups = normal(address).split(':');
  const [high = 0, low = 0] = groups.slice(-2).map((group) => Number.parseInt(group || '0', 16));
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}

/** Shortened and in hexadecimal, as URLs have it. */
function normal(address: string): string {
  return new URL(`http://[${address}]`).hostname.slice(1, -1);
}

function listOf(subnets: readonly string[]): BlockList {
  const list = new BlockList();
  for (const subnet of subnets) {
    const [net = '', bits] = subnet.split('/');
    list.addSubnet(net, Number(bits), isIPv4(net) ? 'ipv4' : 'ipv6');
  }
  return list;
}
