import { expect, it } from 'vitest';
import { noTls } from '../../../shared/databases/reach.ts';

const hintFor = (host: string) => noTls({ host, port: 5432 }, 'SELF_SIGNED_CERT_IN_CHAIN', undefined).hint;

it.each(['orders.abc.rds.cn-north-1.amazonaws.com.cn', 'orders.cluster-abc.cn-northwest-1.rds.amazonaws.com.cn.'])(
  'tells who reaches %s where the roots of China are to come from',
  (host) => {
    expect(hintFor(host)).toBe(
      "the issuer is not a trusted root: package the function with Amazon's bundle of China (docs/deploying.md, China and GovCloud), or name a PEM file with it in DATABASE_CA_BUNDLE",
    );
  },
);

it.each([
  ['orders.abc.us-gov-west-1.rds.amazonaws.com', 'us-gov-west-1'],
  ['orders.abc.eu-west-2.rds.amazonaws.com', 'eu-west-2'],
  ['docs.cluster-abc.ap-southeast-5.docdb.amazonaws.com', 'ap-southeast-5'],
])('names the region of %s, for which the zip was not packaged', (host, region) => {
  expect(hintFor(host)).toBe(
    `the issuer is not a trusted root: if the zip is of another region, package it for ${region} (--region, or --param rds-roots='*'), or name a PEM file with it in DATABASE_CA_BUNDLE`,
  );
});

it('knows nothing of roots for a server that is not of AWS', () => {
  expect(hintFor('db.example.com')).toBe(
    'the issuer is not a trusted root: name a PEM file with it in DATABASE_CA_BUNDLE',
  );
});
