/** What the members of a description say of each other: found when the function starts, not in the middle of a rotation. */
import type { Authorization, Description, RequestDescription } from './description.ts';
import { faultOfEntry, isListed, splitUrl } from './hosts.ts';
import { placeholdersIn, type Source } from './placeholders.ts';
import { placeFields } from './schemas.ts';
import { wrongDescription } from './wrong.ts';

/** A header that the client writes itself, and what a name may be made of. */
const OWN_HEADERS = ['host', 'content-length', 'transfer-encoding', 'connection'];
const HEADER = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/** Gives it back. Throws ConfigurationError, which names the path of the first member that does not fit. */
export function checked(description: Description, file: string): Description {
  for (const [where, fact] of faultsOf(description)) throw wrongDescription(file, where.split('.'), fact);
  return description;
}

function* faultsOf(description: Description): Iterable<[where: string, fact: string]> {
  const { hosts, base, secret, admin, auth, list, unlisted, issue, verify, revoke } = description;
  for (const [index, entry] of hosts.entries()) {
    const fault = faultOfEntry(entry, description.private ?? false);
    if (fault !== undefined) yield [`hosts.${index}`, fault];
  }
  yield* faultsOfUrl(base, 'base', hosts);
  yield* faultsOfSecret(description);
  yield* faultsOfAuth(auth.admin, 'auth.admin', ['current', 'admin']);
  if (auth.key !== undefined) yield* faultsOfAuth(auth.key, 'auth.key', ['current', 'key']);

  if ((list === undefined) !== (unlisted === true)) {
    yield ['list', 'must be there, or else "unlisted": true: keys whose value was lost are found in it'];
  }
  if (list !== undefined) yield* faultsOfList(description);
  yield* faultsOfRequest(issue.request, 'issue.request', ['current', 'admin', 'label']);
  if (list?.label !== undefined && !has(issue.request, 'label')) {
    yield ['issue.request', 'has no {{label}}, by which a key whose value was lost is found again'];
  }
  yield* faultsOfRequest(revoke.request, 'revoke.request', ['current', 'admin', 'id']);
  if (!has(revoke.request, 'id')) yield ['revoke.request', 'has no {{id}}'];
  yield* faultsOfVerify(description);

  const asksAsKey = verify.request ?? secret.id.request;
  if (asksAsKey !== undefined && auth.key === undefined) yield ['auth.key', 'is missing'];
  const asAdmin = [auth.admin, list?.request, issue.request, revoke.request];
  const [place] = placeFields(description);
  if (admin?.plain !== undefined && place !== undefined) {
    yield ['admin.plain', `has no room for ${place}, which base has in it: the admin secret must name that place, too`];
  }
  if (admin !== undefined && !asAdmin.some((part) => has(part, 'admin'))) {
    yield ['admin', 'is there, but no request has {{admin.…}} in it'];
  }
}

function* faultsOfSecret({ secret, issue }: Description): Iterable<[string, string]> {
  const { key, id, plain, visible } = secret;
  const ways = [id.field, id.pattern, id.request].filter((way) => way !== undefined);
  if (ways.length !== 1) yield ['secret.id', 'must have exactly one of field, pattern and request'];
  if ((id.request === undefined) !== (id.path === undefined)) yield ['secret.id.path', 'belongs to request'];
  if (id.pattern !== undefined && !isPattern(id.pattern)) {
    yield ['secret.id.pattern', 'is not a regular expression with one group'];
  }
  if (id.request !== undefined) yield* faultsOfRequest(id.request, 'secret.id.request', ['current', 'key']);
  if (id.field !== undefined && issue.fields?.[id.field] === undefined) {
    yield [
      'issue.fields',
      `must say where ${id.field} is in the answer, or the new key has the id of the previous one`,
    ];
  }
  if (plain === true && id.field !== undefined) {
    yield ['secret.id.field', 'has no room in a bare value; use pattern or request, or leave out plain'];
  }
  if (visible?.includes(key)) yield ['secret.visible', `has ${key}, which is the key`];
}

function* faultsOfList({ list }: Description): Iterable<[string, string]> {
  if (list === undefined) return;
  yield* faultsOfRequest(list.request, 'list.request', ['current', 'admin']);
  if (list.label === undefined && (list.createdAt === undefined || list.lastUsed === undefined)) {
    yield ['list', 'needs label, or else createdAt and lastUsed: nothing else tells a key whose value was lost'];
  }
  if (list.next !== undefined && (list.next.cursor === undefined) === (list.next.first === undefined)) {
    yield ['list.next', 'must have exactly one of cursor and first'];
  }
}

function* faultsOfVerify({ verify, hosts }: Description): Iterable<[string, string]> {
  const { request, oauth2, refused, where, rights } = verify;
  if ((request === undefined) === (oauth2 === undefined)) {
    yield ['verify', 'must have exactly one of request and oauth2'];
  }
  if (request !== undefined) return yield* faultsOfRequest(request, 'verify.request', ['current', 'key']);
  if (oauth2 === undefined) return;
  if (refused ?? where ?? rights) yield ['verify', 'has refused, where or rights, which belong to request'];
  const { tokenUrl, auth: _, ...rest } = oauth2;
  yield* faultsOfUrl(tokenUrl, 'verify.oauth2.tokenUrl', hosts);
  yield* faultsOfPlaceholders(rest, 'verify.oauth2', ['current', 'key']);
}

function* faultsOfRequest(
  request: RequestDescription,
  where: string,
  sources: readonly Source[],
): Iterable<[string, string]> {
  const { json, form, headers = {}, path } = request;
  if (json !== undefined && form !== undefined) yield [where, 'has both json and form'];
  if (request.method === 'GET' && (json ?? form) !== undefined) yield [where, 'is a GET with a body'];
  if (/\/\.{1,2}(?=[/?]|$)/.test(path)) yield [`${where}.path`, 'has a segment of dots'];
  yield* faultsOfHeaders(headers, `${where}.headers`);
  yield* faultsOfPlaceholders({ path, headers, json, form }, where, sources);
}

function* faultsOfAuth(
  { headers, basic }: Authorization,
  where: string,
  sources: readonly Source[],
): Iterable<[string, string]> {
  if ((headers === undefined) === (basic === undefined)) yield [where, 'must have exactly one of headers and basic'];
  yield* faultsOfHeaders(headers ?? {}, `${where}.headers`);
  yield* faultsOfPlaceholders({ headers, basic }, where, sources);
}

function* faultsOfHeaders(headers: Readonly<Record<string, string>>, where: string): Iterable<[string, string]> {
  for (const [name, value] of Object.entries(headers)) {
    if (!HEADER.test(name)) yield [where, 'has a name that is no header'];
    if (OWN_HEADERS.includes(name.toLowerCase())) yield [`${where}.${name}`, 'is written by the client itself'];
    if (!/^[\t\x20-\x7e]*$/.test(value)) yield [`${where}.${name}`, 'has a character that does not fit a header'];
  }
}

function* faultsOfUrl(url: string, where: string, hosts: readonly string[]): Iterable<[string, string]> {
  const parts = splitUrl(url);
  if (parts === undefined) return yield [where, 'is not https://host or https://host/path'];
  yield* faultsOfPlaceholders(url, where, ['current']);
  if (!parts.host.includes('{{') && !isListed(parts.host, hosts)) yield [where, 'names a host that is not among hosts'];
}

function* faultsOfPlaceholders(value: unknown, where: string, sources: readonly Source[]): Iterable<[string, string]> {
  for (const [{ source, field }, at] of placeholdersIn(value)) {
    const place = [where, ...at].join('.');
    if (source === '') yield [place, 'has braces that are no placeholder'];
    if (!sources.includes(source as Source)) {
      yield [place, `has {{${source}}}; known here are ${sources.join(', ')}`];
    }
    const isAlone = source === 'label' || source === 'id';
    if (isAlone === (field !== undefined)) {
      yield [place, isAlone ? `has {{${source}.${field}}}` : `has {{${source}}} without a field`];
    }
  }
}

function has(value: unknown, source: Source): boolean {
  return [...placeholdersIn(value)].some(([placeholder]) => placeholder.source === source);
}

function isPattern(pattern: string): boolean {
  try {
    return new RegExp(`${pattern}|`).exec('')?.length === 2;
  } catch {
    return false;
  }
}
