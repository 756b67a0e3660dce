/** The commands of docs/cost.md for any region, with the AWS CLI against a stand-in for AWS's price list. */

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, onTestFinished, vi } from 'vitest';
import { pricesIn } from '../../../cli/cost/price-list.ts';
import { blocks, page } from '../../docs/pages.ts';
import { run } from '../../local/command.ts';
import { findAwsCli, putAwsFirst } from '../../support/aws-cli.ts';
import { patience } from '../../support/patience.ts';
import { printed, reported, startAccount } from './account.ts';

const aws = await findAwsCli();
const REGION = 'eu-central-1';

/** As the list has it: https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/reading-service-price-list-file-for-services.html */
const item = (
  usagetype: string,
  unit: string,
  prices: readonly string[],
  more: { regionCode?: string; currency?: string } = {},
) => {
  const { regionCode = REGION, currency = 'USD' } = more;
  const priceDimensions = Object.fromEntries(
    prices.map((price, at) => [`SKU.X.${at}`, { unit, beginRange: String(at), pricePerUnit: { [currency]: price } }]),
  );
  return JSON.stringify({
    product: { productFamily: 'X', attributes: { regionCode, usagetype }, sku: 'SKU' },
    serviceCode: 'X',
    terms: { OnDemand: { 'SKU.X': { priceDimensions, sku: 'SKU', termAttributes: {} } } },
    version: '20261101000000',
    publicationDate: '2026-11-01T10:00:00Z',
  });
};
const LIST: Readonly<Record<string, readonly string[]>> = {
  AWSSecretsManager: [
    item('EUC1-AWSSecretsManager-Secrets', 'Secrets', ['0.4400000000']),
    item('EUC1-AWSSecretsManagerAPIRequest', 'API Requests', ['0.0000060000']),
    item('USE1-AWSSecretsManager-Secrets', 'Secrets', ['9.0000000000'], { regionCode: 'us-east-1' }),
  ],
  AWSSystemsManager: [
    item('EUC1-PS-Advanced-Param-Tier1', 'Hour', ['0.0001000000']),
    item('EUC1-PS-Param-Processed-Tier1', 'API Interactions', ['0.0000050000']),
    item('EUC1-PS-Param-Processed-Tier2', 'API Interactions', ['0.0000050000']),
    item('EUC1-OpsItems', 'Count', ['3.0000000000']),
  ],
  AmazonCloudWatch: [
    item('EUC1-CW:AlarmMonitorUsage', 'Alarms', ['0.0000000000', '0.1200000000']),
    item('EUC1-CW:HighResAlarmMonitorUsage', 'Alarms', ['0.3000000000']),
  ],
  awskms: [item('eu-central-1-KMS-Keys', 'Keys', ['1.1000000000'])],
  AmazonVPC: [
    item('EUC1-VpcEndpoint-Hours', 'Hrs', ['0.0120000000']),
    item('EUC1-VpcEndpoint-GWLBE-Hours', 'Hrs', ['0.9000000000']),
  ],
};
const EXPECTED = {
  region: REGION,
  isStandIn: false,
  currency: 'USD',
  asOf: '2026-11-01',
  values: {
    secretMonth: 0.44,
    secretCallsPer10000: 0.06,
    standardParameterMonth: 0,
    advancedParameterMonth: 0.073,
    parameterCallsPer10000: 0.05,
  },
  own: { alarmMonth: 0.12, keyMonth: 1.1, endpointMonth: 8.76 },
};

/** A page has one product, so the CLI has to go on until there is no more. */
const standIn = createServer(async (request, response) => {
  const chunks = await Array.fromAsync(request);
  const { ServiceCode, Filters, NextToken = '0' } = JSON.parse(Buffer.concat(chunks).toString());
  const [{ Type, Field, Value }] = Filters;
  const isAsked = request.headers['x-amz-target'] === 'AWSPriceListService.GetProducts' && Type === 'TERM_MATCH';
  const found = (isAsked ? (LIST[ServiceCode] ?? []) : []).filter(
    (one) => JSON.parse(one).product.attributes[Field] === Value,
  );
  const next = Number(NextToken) + 1;
  const answer = { FormatVersion: 'aws_v1', PriceList: found.slice(next - 1, next) };
  response.end(JSON.stringify(next < found.length ? { ...answer, NextToken: String(next) } : answer));
});
beforeAll(() => new Promise<void>((resolve) => standIn.listen(0, '127.0.0.1', resolve)));
afterAll(() => new Promise((resolve) => standIn.close(resolve)));

async function folderWith(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'rekey-prices-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return folder;
}

it.skipIf(!aws)(
  'the commands of the page make the files, and the tool is asked with them',
  async () => {
    const block = blocks(page('docs/cost.md')).find(({ text }) => text.includes('get-products'));
    const folder = await folderWith({});
    const url = `http://127.0.0.1:${(standIn.address() as AddressInfo).port}`;
    const path = aws === undefined ? '' : putAwsFirst(url, folder, aws);
    await writeFile(join(folder, 'npx'), '#!/bin/sh\necho "$@" > asked\n', { mode: 0o755 });
    const env = {
      PATH: path,
      AWS_REGION: REGION,
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_PAGER: '',
    };

    const { status, stderr } = await run('/bin/sh', ['-euc', block?.text ?? 'false'], env, { cwd: folder });

    expect([status, stderr]).toEqual([0, '']);
    const [, files = ''] =
      /^rekey cost --region eu-central-1 --prices (.*)/.exec(await readFile(join(folder, 'asked'), 'utf8')) ?? [];
    const prices = await pricesIn(
      files.split(' ').map((file) => join(folder, file)),
      REGION,
    );
    expect(prices).toMatchObject(EXPECTED);
  },
  patience(60_000),
);

const listed = (...items: readonly string[]) => JSON.stringify({ FormatVersion: 'aws_v1', PriceList: items });
const [secrets = [], parameters = []] = [LIST.AWSSecretsManager, LIST.AWSSystemsManager];

it('what Rekey itself costs is as for every region where the files do not say it', async () => {
  const folder = await folderWith({ 'all.json': listed(...secrets, ...parameters) });

  const { values, own } = await pricesIn([join(folder, 'all.json')], REGION);

  expect(values).toEqual(EXPECTED.values);
  expect(own).toEqual({ alarmMonth: 0.1, keyMonth: 1, endpointMonth: 7.3 });
});

it.each([
  ['is not there', undefined, /^\S+ cannot be read \(ENOENT\)$/],
  ['is something else', '{"PriceList":"x"}', /^\S+ is no price list$/],
  ['holds other things', listed('{"product":1}'), /^\S+ is no price list$/],
  [
    'is of another region',
    listed(item('USE1-AWSSecretsManager-Secrets', 'Secrets', ['0.4'], { regionCode: 'us-east-1' })),
    /eu-central-1 has no price in dollars there for secretMonth, /,
  ],
  ['has no parameters', listed(...secrets), /for advancedParameterMonth, parameterCallsPer10000$/],
  [
    'counts in another currency',
    listed(...parameters, item('CNN1-AWSSecretsManager-Secrets', 'Secrets', ['2.7'], { currency: 'CNY' })),
    /no price in dollars/,
  ],
])('a file that %s is refused', async (_, text, fact) => {
  const folder = await folderWith(text === undefined ? {} : { 'list.json': text });

  await expect(pricesIn([join(folder, 'list.json')], REGION)).rejects.toMatchObject({
    name: 'RefusedError',
    message: expect.stringMatching(fact),
  });
});

it('the report counts with them, and a file that is wrong is told before AWS is asked', async () => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIATEST');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
  const { sandbox, secret, operations } = await startAccount();
  onTestFinished(() => sandbox.close());
  await secret('app');
  const here = listed(...[...secrets, ...parameters].map((one) => one.replaceAll(`"${REGION}"`, '"us-east-1"')));
  const folder = await folderWith({ 'list.json': here.replace('9.0000000000', '0.4400000000'), 'wrong.json': '{}' });
  const before = operations();

  await expect(printed(sandbox.url, '--prices', join(folder, 'wrong.json'))).rejects.toThrow('is no price list');
  const unasked = operations();
  const { totals, prices, notes } = await reported(sandbox.url, '--prices', join(folder, 'list.json'));

  expect(unasked).toEqual(before);
  expect(totals.now).toBe(0.44);
  expect(prices).toMatchObject({ region: 'us-east-1', isStandIn: false, asOf: '2026-11-01' });
  expect(notes.map(({ code }) => code)).not.toContain('prices-stand-in');
});

it.each([
  ['missing', 'ENOENT'],
  ['.', 'EISDIR'],
])('a file that cannot be read is told apart from one that is no list: %s', async (name, code) => {
  const file = join(await folderWith({}), name);

  await expect(pricesIn([file], REGION)).rejects.toMatchObject({ message: `${file} cannot be read (${code})` });
});
