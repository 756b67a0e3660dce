/** A double of GitLab's access tokens: https://docs.gitlab.com/api/project_access_tokens/, .../group_access_tokens/ */
import { randomBytes } from 'node:crypto';
import type { DoubleAnswer, DoubleRequest, ProviderDouble } from './double.ts';
import { created, ok, serve } from './double.ts';
import { found, keyring } from './keyring.ts';

interface StoredToken {
  readonly id: number;
  readonly value: string;
  readonly name: string;
  /** 'projects/acme/shop', or 'persons'. */
  readonly owner: string;
  readonly scopes: readonly string[];
  readonly access_level: number;
  readonly created_at: string;
  readonly expires_at: string | null;
  last_used_at: string | null;
  revoked: boolean;
  lag: number;
  /** Is its user Maintainer of the project, or Owner of the group? */
  isManager: boolean;
  /** Calls that were made with it. */
  uses: number;
}

export interface GitlabDouble extends ProviderDouble {
  tokens(): readonly StoredToken[];
  /** The administrator may shorten it. */
  longestLife: number;
  /** Makes so many tokens of somebody else, listed before all that are there. */
  crowd(count: number): void;
}

const DAY = 86_400_000;
const unauthorized: DoubleAnswer = { status: 401, json: { message: '401 Unauthorized' } };
const forbidden: DoubleAnswer = {
  status: 403,
  json: { error: 'insufficient_scope', error_description: 'The request requires higher privileges', scope: 'api' },
};
const badRequest: DoubleAnswer = { status: 400, json: { message: '400 Bad request' } };
const missing: DoubleAnswer = { status: 404, json: { message: '404 Not found' } };
const refusals: Readonly<Record<string, DoubleAnswer>> = { GET: unauthorized, POST: badRequest };

export const startGitlab = () => start('projects');
export const startGitlabGroup = () => start('groups');

async function start(kind: 'projects' | 'groups'): Promise<GitlabDouble> {
  const isActive = ({ revoked, expires_at }: StoredToken) =>
    !revoked && (expires_at === null || Date.parse(expires_at) > Date.now());
  const ring = keyring<StoredToken>({
    isAlive: isActive,
    noteUse: (token, at) => void Object.assign(token, { last_used_at: at.toISOString() }),
  });
  let made = 1000;
  const make = (given: Partial<StoredToken>): StoredToken => {
    const created_at = new Date().toISOString();
    return ring.add({
      id: ++made,
      value: `glpat-${randomBytes(15).toString('base64url')}`,
      name: 'made by hand',
      owner: 'persons',
      scopes: ['api'],
      access_level: 40,
      created_at,
      expires_at: dateIn(90),
      last_used_at: null,
      revoked: false,
      lag: 0,
      uses: 0,
      isManager: true,
      ...given,
    });
  };
  const holder = (request: DoubleRequest): StoredToken | undefined => {
    const value = request.headers['private-token'];
    const shownToken = ring.holding(value);
    if (shownToken !== undefined) shownToken.uses++;
    return ring.used(value);
  };
  const asHolder = found(holder, unauthorized);
  const managed = (answer: (request: DoubleRequest, owner: string) => DoubleAnswer) =>
    asHolder((by, request) => {
      if (!by.scopes.includes('api') && !(request.method === 'GET' && by.scopes.includes('read_api'))) return forbidden;
      // Nor can tokens of projects and groups make tokens. `lib/api/resource_access_tokens.rb`: a list is unauthorized, a POST bad.
      if (by.owner !== 'persons' || !by.isManager) return refusals[request.method] ?? missing;
      return answer(request, `${kind}/${request.params[0]}`);
    });
  const one = (answer: (token: StoredToken) => DoubleAnswer) =>
    managed(({ params: [, id = ''] }, owner) => {
      const token = ring.keys.get(id);
      return token?.owner === owner ? answer(token) : missing;
    });
  const shown = (token: StoredToken) => {
    const { value, owner, lag, uses, isManager, ...rest } = token;
    const resource = { resource_type: kind === 'projects' ? 'project' : 'group', resource_id: 7 };
    return { ...rest, ...resource, user_id: 141, active: isActive(token) };
  };
  const place = kind === 'projects' ? 'projects/acme/shop' : 'groups/acme';
  const at = `/api/v4/${kind}/:owner/access_tokens`;
  const served = await serve({
    'GET /api/v4/personal_access_tokens/self': asHolder((by) => {
      const { access_level, resource_type, resource_id, ...rest } = shown(by);
      return ok(rest);
    }),
    [`GET ${at}`]: managed(({ query }, owner) => {
      if (![place, `${kind}/acme/other`].includes(owner)) return missing;
      const all = ring.all().filter((token) => token.owner === owner);
      const some = query.get('state') === 'active' ? all.filter(isActive) : all;
      const [size, page] = [Number(query.get('per_page') ?? 20), Number(query.get('page') ?? 1)];
      const next = some.length > size * page ? String(page + 1) : '';
      const shownHere = some.slice(size * (page - 1), size * page).map(shown);
      return { ...ok(shownHere), headers: { 'x-next-page': next } };
    }),
    [`GET ${at}/:id`]: one((token) => ok(shown(token))),
    [`POST ${at}`]: managed(({ body }, owner) => {
      const { name, scopes, access_level = 40, expires_at } = body as unknown as StoredToken;
      if (!expires_at) return { status: 400, json: { error: 'expires_at is missing' } };
      if (expires_at > dateIn(double.longestLife / 86_400)) return badRequest;
      const token = make({ name, owner, scopes, access_level, expires_at, lag: double.lag });
      return created({ ...shown(token), token: token.value });
    }),
    [`DELETE ${at}/:id`]: one((token) => {
      if (token.revoked) return badRequest;
      token.revoked = true;
      return { status: 204 };
    }),
  });

  const owner = place.slice(kind.length + 1);
  const admin = ring.lend(make({}));
  const powerless = ring.lend(make({ isManager: false }));
  const first = make({ owner: `${kind}/${owner}`, scopes: ['read_repository', 'write_repository'], access_level: 30 });
  const host = 'gitlab.example.com';
  const double: GitlabDouble = {
    ...served,
    ...ring.inField('token'),
    longestLife: 365 * 86_400,
    first: { host, [kind === 'projects' ? 'project' : 'group']: owner, token: first.value },
    admin: { host, token: admin.value },
    powerless: { token: powerless.value },
    madeUp: { token: `glpat-${randomBytes(15).toString('base64url')}` },
    tokens: ring.all,
    crowd(count) {
      const ours = ring.all();
      ring.keys.clear();
      for (let turn = 0; turn < count; turn++) make({ owner: `${kind}/${owner}` });
      for (const token of ours) ring.add(token);
    },
  };
  return double;
}

const dateIn = (days: number) => new Date(Date.now() + days * DAY).toISOString().slice(0, 10);
