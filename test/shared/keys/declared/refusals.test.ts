import { expect, it } from 'vitest';
import acme from '../../../../providers/acme.json' with { type: 'json' };
import { declaredProvider } from '../../../../shared/keys/declared/declared.ts';

type Change = readonly [path: string, value: unknown];

/** The example, with one member set, or taken out when the value is undefined. */
function changed(...changes: readonly Change[]): unknown {
  const copy: Record<string, unknown> = structuredClone(acme);
  for (const [path, value] of changes) {
    const names = path.split('.');
    const last = names.pop() ?? '';
    const parent = names.reduce((at, name) => {
      at[name] ??= {};
      return at[name] as Record<string, unknown>;
    }, copy);
    if (value === undefined) delete parent[last];
    else parent[last] = value;
  }
  return copy;
}

const get = { method: 'GET', path: '/self' };
const oauth2 = { tokenUrl: 'https://eu.acme.example/token', id: '{{key.a}}', secret: '{{key.b}}', auth: 'basic' };

it.each<[member: string, fact: RegExp, ...changes: Change[]]>([
  ['name', /is missing/, ['name', undefined]],
  ['name', /not written as it must be/, ['name', 'Acme Inc.']],
  ['the description', /has surprise, which nobody here knows/, ['surprise', true]],
  ['issue.request', /has retries, which nobody/, ['issue.request.retries', 3]],
  ['issue.request.method', /none of GET, POST/, ['issue.request.method', 'FETCH']],
  ['issue.request.path', /not written as it must be/, ['issue.request.path', 'keys']],
  ['issue.request.path', /not written as it must be/, ['issue.request.path', '/keys#']],
  ['issue.request.path', /segment of dots/, ['issue.request.path', '/keys/../{{label}}']],
  [
    'issue.request.path',
    /\{\{id\}\}; known here are current, admin, label/,
    ['issue.request.path', '/{{id}}/{{label}}'],
  ],
  ['issue.request.path', /\{\{current\}\} without a field/, ['issue.request.path', '/{{current}}/{{label}}']],
  ['issue.request.json.name', /braces that are no placeholder/, ['issue.request.json.name', '{{label}} {{x']],
  ['issue.request.json.deep.0.down', /\{\{key\}\}; known/, ['issue.request.json.deep', [{ down: '{{key.api_key}}' }]]],
  ['issue.request', /no \{\{label\}\}/, ['issue.request.json', {}]],
  ['issue.request', /both json and form/, ['issue.request.form', { a: 'b' }]],
  ['issue.request.headers.Host', /written by the client itself/, ['issue.request.headers', { Host: 'evil.example' }]],
  ['issue.request.headers', /no header/, ['issue.request.headers', { 'a\r\nb': 'c' }]],
  ['issue.request.headers.a', /does not fit a header/, ['issue.request.headers', { a: 'b\r\nc: d' }]],
  ['issue.key', /is missing/, ['issue.key', undefined]],
  ['issue.key', /not written as it must be/, ['issue.key', 'data..secret']],
  ['issue.fields', /must say where key_id is/, ['issue.fields', undefined]],
  ['list.request', /GET with a body/, ['list.request.json', { a: 1 }]],
  ['list', /must be there, or else "unlisted"/, ['list', undefined]],
  ['list', /must be there, or else "unlisted"/, ['unlisted', true]],
  ['list', /needs label, or else/, ['list.label', undefined], ['list.lastUsed', undefined]],
  ['list.next', /exactly one of cursor and first/, ['list.next.first', 1]],
  ['revoke.request', /no \{\{id\}\}/, ['revoke.request.path', '/keys']],
  ['revoke.gone.0', /more than 599/, ['revoke.gone', [4040]]],
  ['slots', /less than 2/, ['slots', 1]],
  ['spreadMs', /more than 60000/, ['spreadMs', 1e6]],
  ['auth.key', /is missing/, ['auth.key', undefined]],
  ['auth.admin', /exactly one of headers and basic/, ['auth.admin', {}]],
  ['auth.admin.headers.Authorization', /\{\{label\}\}; known/, ['auth.admin.headers.Authorization', '{{label}}']],
  ['admin', /no request has/, ['auth.admin.headers.Authorization', '{{current.api_key}}']],
  ['secret.id', /exactly one of field, pattern and request/, ['secret.id', {}]],
  ['secret.id', /exactly one of field, pattern and request/, ['secret.id.pattern', '^(.)']],
  ['secret.id.path', /belongs to request/, ['secret.id', { request: get }]],
  ['secret.id.pattern', /regular expression with one group/, ['secret.id', { pattern: '^a(' }]],
  ['secret.id.pattern', /regular expression with one group/, ['secret.id', { pattern: '^a' }]],
  ['secret.id.field', /no room in a bare value/, ['secret.plain', true]],
  ['secret.visible', /has api_key, which is the key/, ['secret.visible', ['api_key']]],
  ['verify', /exactly one of request and oauth2/, ['verify.oauth2', oauth2]],
  ['verify', /exactly one of request and oauth2/, ['verify', {}]],
  ['verify', /belong to request/, ['verify', { oauth2, rights: 'scopes' }]],
  [
    'verify.oauth2.tokenUrl',
    /not among hosts/,
    ['verify', { oauth2: { ...oauth2, tokenUrl: 'https://acme.example.evil.example/' } }],
  ],
  ['verify.oauth2.id', /\{\{admin\}\}; known/, ['verify', { oauth2: { ...oauth2, id: '{{admin.token}}' } }]],
  ['base', /not https:\/\/host/, ['base', 'http://eu.acme.example']],
  ['base', /not https:\/\/host/, ['base', 'https://user@eu.acme.example']],
  ['base', /not https:\/\/host/, ['base', 'https://eu.acme.example?a=b']],
  ['base', /not among hosts/, ['base', 'https://acme.example']],
  ['base', /not among hosts/, ['base', 'https://a.b.acme.example']],
  ['base', /not among hosts/, ['base', 'https://eu.acme.example:8443']],
  ['base', /\{\{admin\}\}; known here are current/, ['base', 'https://{{admin.site}}.acme.example']],
  ['admin.plain', /has no room for site/, ['admin.plain', 'token']],
  [
    'admin.plain',
    /has no room for site/,
    ['admin.plain', 'token'],
    ['base', 'https://eu.acme.example/{{current.site}}'],
  ],
  ['hosts', /is empty/, ['hosts', []]],
  ['hosts.0', /not a host name/, ['hosts', ['*']]],
  ['hosts.0', /not a host name/, ['hosts', ['*.example']]],
  ['hosts.0', /not a host name/, ['hosts', ['[::1]']]],
  ['hosts.1', /where no credential goes/, ['hosts', ['*.acme.example', '169.254.169.254']]],
  ['hosts.0', /where no credential goes/, ['hosts', ['10.0.0.1']]],
  ['hosts.0', /where no credential goes/, ['hosts', ['127.0.0.1']], ['private', true]],
  ['hosts.0', /another spelling/, ['hosts', ['2852039166']]],
  ['hosts.0', /another spelling/, ['hosts', ['0251.0376.0251.0376']]],
  ['hosts.0', /another spelling/, ['hosts', ['0xa9.0xfe.0xa9.0xfe']]],
  ['hosts.0', /neither a name nor an address/, ['hosts', ['999.999.999.999']]],
  ['hosts.0', /neither a name nor an address/, ['hosts', ['*.254.169.254']]],
])('names %s: %s', (member, fact, ...changes) => {
  const declare = () => declaredProvider(changed(...changes), 'providers/acme.json');

  expect(declare).toThrow(expect.objectContaining({ name: 'ConfigurationError', code: 'INVALID_CONFIGURATION' }));
  expect(declare).toThrow(fact);
  expect(declare).toThrow(
    new RegExp(`^${member.replaceAll('.', '\\.')} (of the description )?in providers/acme.json `),
  );
});

it.each([undefined, null, 'text', 5, []])('refuses %j, which is no description', (value) => {
  expect(() => declaredProvider(value, 'x.json')).toThrow(/^the description in x.json is (missing|not of type)/);
});

it('takes private addresses where the description says so', () => {
  const provider = declaredProvider(
    changed(['base', 'https://10.0.0.1/v1'], ['hosts', ['10.0.0.1']], ['private', true]),
    'x',
  );

  expect(provider.name).toBe('acme');
});
