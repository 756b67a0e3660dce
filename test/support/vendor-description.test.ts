import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Exchange } from './exchanges.ts';
import { vendorDescription } from './vendor-description.ts';

const key = {
  type: 'object',
  required: ['id', 'name'],
  properties: { id: { type: 'string', readOnly: true }, name: { type: 'string', nullable: true } },
};
const described = {
  openapi: '3.0.0',
  servers: [{ url: 'https://{tenant}.example.com/v3' }],
  security: [{ token: [] }],
  paths: {
    '/keys': {
      get: {
        parameters: [{ name: 'limit', in: 'query', required: true, schema: { type: 'integer' } }],
        responses: {
          200: {
            content: { 'application/json': { schema: { type: 'array', items: { $ref: '#/components/schemas/Key' } } } },
          },
        },
      },
      post: {
        requestBody: {
          required: true,
          content: { 'application/json': { schema: { $ref: '#/components/schemas/Key' } } },
        },
        responses: { 201: { content: { 'application/json': { schema: { $ref: '#/components/schemas/Key' } } } } },
      },
    },
  },
  components: { schemas: { Key: key }, securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
};
const folder = mkdtempSync(join(tmpdir(), 'described-'));
writeFileSync(join(folder, 'vendor.json'), JSON.stringify(described));

const get: Exchange = {
  method: 'GET',
  url: new URL('http://127.0.0.1/v3/keys?limit=5'),
  headers: { authorization: 'Bearer x' },
  body: '',
  status: 200,
  answer: '[{"id":"1","name":null}]',
};
const post: Exchange = {
  ...get,
  method: 'POST',
  url: new URL('http://127.0.0.1/keys'),
  headers: { ...get.headers, 'content-type': 'application/json' },
  body: '{"name":"a"}',
  status: 201,
  answer: '{"id":"1","name":"a"}',
};

it.each([
  ['nothing', get, []],
  ['nothing', post, []],
  ['a member that is not described', { ...post, body: '{"name":"a","power":9}' }, [/power/]],
  ['a member that is missing', { ...post, body: '{}' }, [/name/]],
  ['no body', { ...post, body: '' }, [/body is missing/]],
  ['no credential', { ...get, headers: {} }, [/credential/]],
  ['no parameter', { ...get, url: new URL('http://127.0.0.1/keys') }, [/limit is missing/]],
  [
    'parameters',
    { ...get, url: new URL('http://127.0.0.1/keys?limit=all&page=2') },
    [/limit must be integer/, /page is not/],
  ],
  ['an operation', { ...get, method: 'PUT' }, [/no operation/]],
  ['an answer that lacks a member', { ...post, answer: '{"name":"a"}' }, [/answer 201 must have.*id/]],
  ['a status', { ...post, status: 200 }, [/200 is not described/]],
] as const)('finds %s', (_what, exchange, faults) => {
  const found = vendorDescription(['vendor'], folder)?.faultsOf(exchange);

  expect(found).toEqual(faults.map((fault) => expect.stringMatching(fault)));
});

it('says nothing where the description is not on this machine', () => {
  expect(vendorDescription(['vendor', 'another'], folder)).toBeUndefined();
});
