/**
 * Are requests and answers as a vendor's own OpenAPI description has them? The descriptions are others' and lie beside the repository,
 * never in it: TEST_VENDOR_DESCRIPTIONS, or ../shared/vendor-descriptions.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Exchange } from './exchanges.ts';
import { at, compiler, type Json, pointerOf, resolved } from './openapi-schemas.ts';

export interface Described {
  /** What is wrong with the request, and with the answer when it is the double's own. */
  faultsOf(exchange: Exchange): string[];
}

const FOLDER = process.env.TEST_VENDOR_DESCRIPTIONS ?? resolve('../shared/vendor-descriptions');

/** Undefined: the descriptions are not on this machine. */
export function vendorDescription(files: readonly string[], folder = FOLDER): Described | undefined {
  const paths = files.map((file) => join(folder, `${file}.json`));
  if (!paths.every((path) => existsSync(path))) return undefined;
  const all = paths.map((path) => described(JSON.parse(readFileSync(path, 'utf8'))));
  return {
    faultsOf(exchange) {
      const told = all.map((one) => one.faultsOf(exchange));
      const where = `${exchange.method} ${exchange.url.pathname}`;
      return (told.find((faults) => faults !== undefined) ?? ['is no operation']).map((fault) => `${where}: ${fault}`);
    },
  };
}

/** Undefined: another description may know the operation. */
function described(document: Json) {
  const base = new URL(String(at(document, 'servers', '0', 'url')).replace(/[{}]/g, '')).pathname.replace(/\/$/, '');
  const paths = Object.keys(at(document, 'paths') as Json).toSorted(
    (a, b) => a.split('{').length - b.split('{').length,
  );
  const ways = { request: compiler(document, 'request'), answer: compiler(document, 'answer') };

  return {
    faultsOf({ method, url, headers, body, status, answer }: Exchange): string[] | undefined {
      // Doubles leave out what the address of the API has before its paths.
      const path = url.pathname.startsWith(base) ? url.pathname.slice(base.length) : url.pathname;
      const verb = method.toLowerCase();
      const found = paths
        .map((pattern) => ({ pattern, values: matched(pattern, path) }))
        .find(({ pattern, values }) => values !== undefined && at(document, 'paths', pattern, verb) !== undefined);
      if (found === undefined) return undefined;
      const operation = at(document, 'paths', found.pattern, verb) as Json;
      const pointer = ['paths', found.pattern, verb];

      const parameters = [at(document, 'paths', found.pattern), operation]
        .flatMap((holder) => (at(holder as Json, 'parameters') as Json[] | undefined) ?? [])
        .map((one) => resolved(document, one));
      const known = new Map(
        parameters.filter(({ in: place }) => place === 'query').map((one) => [String(one.name), one]),
      );
      const ofQuery = [...url.searchParams].flatMap(([name, value]) => {
        const schema = known.get(name)?.schema;
        if (schema === undefined) return [`parameter ${name} is not described`];
        return ways.request
          .inline(schema as Json, typed(schema as Json, value))
          .map((fault) => `parameter ${name}${fault}`);
      });
      const missing = [...known.values()]
        .filter(({ name, required }) => required === true && !url.searchParams.has(String(name)))
        .map(({ name }) => `parameter ${name} is missing`);
      const ofPath = parameters
        .filter(({ in: place }) => place === 'path')
        .flatMap(({ name, schema }) =>
          ways.request
            .inline(schema as Json, typed(schema as Json, found.values?.[String(name)] ?? ''))
            .map((fault) => `${name} in the path${fault}`),
        );

      const security = (operation.security ?? document.security ?? []) as Json[];
      const isShown = security.length === 0 || security.some((one) => isSatisfied(document, one, headers, body));

      const content = at(operation, 'requestBody', 'content') as Json | undefined;
      const type = headers['content-type'] ?? '';
      // Atlas describes its own type only, and its examples send this one.
      const described = Object.keys(content ?? {}).find(
        (one) => one === type || (/json$/.test(one) && /json$/.test(type)),
      );
      const ofBody =
        body === ''
          ? at(operation, 'requestBody', 'required') === true && method !== 'DELETE'
            ? ['the body is missing']
            : []
          : described === undefined
            ? [`a body of ${type} is not described`]
            : ways.request
                .at([...pointer, 'requestBody', 'content', described, 'schema'], parsed(body, type))
                .map((fault) => `body${fault}`);

      return [
        ...ofQuery,
        ...missing,
        ...ofPath,
        ...(isShown ? [] : ['no credential is shown as described']),
        ...ofBody,
        ...(status === undefined ? [] : ofAnswer(operation, pointer, status, answer)),
      ];
    },
  };

  function ofAnswer(operation: Json, pointer: string[], status: number, text: string): string[] {
    const responses = at(operation, 'responses') as Json;
    const key = [String(status), `${String(status)[0]}XX`, 'default'].find((one) => one in responses);
    // Which errors there are, most vendors do not tell.
    if (key === undefined) return status < 400 ? [`HTTP ${status} is not described`] : [];
    const response = resolved(document, responses[key] as Json);
    const where =
      at(responses[key] as Json, '$ref') === undefined
        ? [...pointer, 'responses', key]
        : pointerOf(responses[key] as Json);
    const type = Object.keys((response.content as Json | undefined) ?? {}).find((one) => /json/.test(one));
    if (type === undefined || at(response, 'content', type, 'schema') === undefined) return [];
    if (text === '') return [`the answer ${status} is empty`];
    return ways.answer
      .at([...where, 'content', type, 'schema'], JSON.parse(text))
      .map((fault) => `answer ${status}${fault}`);
  }
}

/** As names of the pattern have it; undefined when the path is another one. */
function matched(pattern: string, path: string): Record<string, string> | undefined {
  const names = [...pattern.matchAll(/\{(\w+)\}/g)].map(([, name]) => String(name));
  const expression = pattern.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '([^/]+)');
  const match = new RegExp(`^${expression}$`).exec(path);
  if (match === null) return undefined;
  return Object.fromEntries(names.map((name, index) => [name, decodeURIComponent(match[index + 1] ?? '')]));
}

/** A query and a form have texts only. */
function typed(schema: Json, text: string): unknown {
  const isNumber = ['integer', 'number'].includes(String(schema.type)) && /^\d+$/.test(text);
  return isNumber ? Number(text) : text;
}

function parsed(body: string, type: string): unknown {
  return /json$/.test(type) ? JSON.parse(body) : Object.fromEntries(new URLSearchParams(body));
}

function isSatisfied(document: Json, needed: Json, headers: Exchange['headers'], body: string): boolean {
  return Object.keys(needed).every((name) => {
    const scheme = at(document, 'components', 'securitySchemes', name) as Json;
    const { authorization = '' } = headers;
    if (scheme.type === 'apiKey') return headers[String(scheme.name).toLowerCase()] !== undefined;
    if (scheme.scheme === 'postBody') return /client_secret=/.test(body);
    if (scheme.scheme === 'basic') return authorization.startsWith('Basic ');
    // OAuth's tokens, and the endpoint that gives them.
    return authorization.startsWith('Bearer ') || /client_id=/.test(body) || authorization.startsWith('Basic ');
  });
}
