/**
 * GitLab's project and group access tokens: https://docs.gitlab.com/api/project_access_tokens/. docs/providers/gitlab.md
 * Never `/rotate`: it ends the old token at once, and when it is repeated with an old token, the new one as well
 * (https://gitlab.com/gitlab-org/gitlab/-/issues/524639).
 */
import { AuthenticationError, InvalidSecretError, ProviderError, TargetMismatchError } from '../../rotation/errors.ts';
import { DAY } from '../../rotation/pause.ts';
import { hostIn } from '../api/host.ts';
import { segment } from '../api/path-segment.ts';
import {
  dateAt,
  dateIfAny,
  lastUseAt,
  listAt,
  memberAt,
  nameAt,
  numberIn,
  odd,
  type Part,
  paged,
  textAt,
  textIn,
  textsAt,
} from '../api/read.ts';
import { vendor } from '../api/vendor.ts';
import type { Access, IssuingProvider, KeyAccess } from '../provider.ts';
import { deadCurrent, requireLivingCurrent, requireSameRights } from '../same-rights.ts';
import { keySecretSchema } from '../secret.ts';

/** GitLab's own limit, unless its administrator set another. */
const LONGEST_DAYS = 365;
const OTHER_SCOPES = 'see in Settings, Access tokens which scopes and role the two have, and rotate again';
const host = 'give the host of GitLab, like gitlab.com';

const schema = keySecretSchema({
  required: { token: 'give the project or group access token that works now', host },
  visible: ['host', 'project', 'group', 'token_id', 'previous_token_id', 'expires_in_days', 'expires_at'],
});
const adminSchema = keySecretSchema({
  required: { token: 'give a personal access token with the scope api', host },
  visible: ['host'],
});
type GitlabSecret = ReturnType<typeof schema.parse>;
type GitlabAccess = Access<GitlabSecret, GitlabSecret>;

export const gitlab: IssuingProvider<GitlabSecret, GitlabSecret> = {
  name: 'gitlab',
  schema,
  adminSchema,
  // https://docs.gitlab.com/user/project/settings/project_access_tokens/: they cannot create other tokens.
  withoutAdmin: 'refused',
  sameTarget: ['host', 'project', 'group'],
  spreadMs: 5000,
  freeing: 'revoke one in Settings, Access tokens of the project or group',

  /** Asking as a token is a use of it, so the id of the previous one is kept beside the current one. */
  async identify(secret, access, untried) {
    const { current } = access;
    const isCurrent = secret.token === current.token;
    const known = textIn(secret.token_id ?? (isCurrent ? undefined : current.previous_token_id));
    if (known !== undefined || untried) return known;
    const own = await selfIfAlive(secret, access, 'the token');
    if (own === undefined && isCurrent) throw unknownId(access);
    return own?.id;
  },

  async keys(access) {
    const path = tokensOf(access);
    const found = await paged(async (page: string | undefined) => {
      const query = `state=active&per_page=100&page=${page ?? 1}`;
      const answer = await api.asAdmin(access, 'GET', `${path}?${query}`, { expected: [404] });
      if (answer.status === 404) throw noPlace(access);
      const next = answer.headers['x-next-page'];
      return { items: listAt(answer), next: typeof next === 'string' && next !== '' ? next : undefined };
    });
    // GitLab before 17.2 knows no state, and lists those too that were revoked or have ended.
    const active = found.filter((token) => memberAt(token, ['active']) !== false);
    return active.map((token) => ({
      id: textAt(token, 'id'),
      label: nameAt(token, 'name'),
      createdAt: dateAt(token, 'created_at'),
      lastUsed: lastUseAt(token, 'last_used_at'),
    }));
  },

  async issue(label, access) {
    const path = tokensOf(access);
    await requireLivingCurrent(gitlab, access);
    const id = await gitlab.identify(access.current, access);
    const like = id === undefined ? undefined : await tokenOf(id, access);
    if (like === undefined) throw elsewhere(access);
    const [scopes, access_level] = [textsAt(like, 'scopes'), levelAt(like)];
    const json = { name: label, scopes, access_level, expires_at: expiryLike(like, access) };
    const answer = await api.asAdmin(access, 'POST', path, { json, expected: [400] });
    if (answer.status >= 400) throw notMade(path);
    access.ctx.redact.add(textAt(answer, 'token'));
    const [may, should] = [answer, like].map((one) => [...textsAt(one, 'scopes'), `access level ${levelAt(one)}`]);
    requireSameRights(may ?? [], should ?? [], OTHER_SCOPES);
    const made = { token: textAt(answer, 'token'), token_id: textAt(answer, 'id'), expires_at: json.expires_at };
    return { ...access.current, ...made, previous_token_id: id };
  },

  async verify(secret, access) {
    const isCurrent = secret.token === access.current.token;
    const { id, scopes: may } = await self(secret, access, isCurrent ? 'the current token' : 'the new token');
    if (secret.token_id !== undefined && textIn(secret.token_id) !== id) throw ofAnother(access);
    if (isCurrent) return;
    // One that has expired since says nothing; the new one got its scopes from GitLab's list.
    const current = await selfIfAlive(access.current, access, 'the current token');
    requireSameRights(may, current?.scopes ?? may, OTHER_SCOPES);
  },

  async revoke(id, access) {
    const path = `${tokensOf(access)}/${segment(id, 'token_id')}`;
    const { status } = await api.asAdmin(access, 'DELETE', path, { expected: [400, 404] });
    // 400 is GitLab's word for one that could not be revoked, which a revoked one cannot.
    const left = status === 400 ? await tokenOf(id, access) : undefined;
    if (left === undefined || memberAt(left, ['revoked']) !== false) return;
    throw new ProviderError(`gitlab does not revoke token ${id} (HTTP 400)`, {
      retryable: false,
      hint: 'see in Settings, Access tokens what keeps it, and revoke it there',
    });
  },
};

/** Every token may ask who it is, whatever its scopes. */
async function self(secret: GitlabSecret, access: KeyAccess, as: string): Promise<{ id: string; scopes: string[] }> {
  const path = '/api/v4/personal_access_tokens/self';
  const answer = await api.as(shown(secret, as), access, 'GET', path);
  return { id: textAt(answer, 'id'), scopes: textsAt(answer, 'scopes') };
}

async function selfIfAlive(...asked: Parameters<typeof self>): Promise<Awaited<ReturnType<typeof self>> | undefined> {
  try {
    return await self(...asked);
  } catch (error) {
    if (error instanceof AuthenticationError) return undefined;
    throw error;
  }
}

async function tokenOf(id: string, access: GitlabAccess): Promise<Part | undefined> {
  const path = `${tokensOf(access)}/${segment(id, 'token_id')}`;
  const answer = await api.asAdmin(access, 'GET', path, { expected: [404] });
  return answer.status === 404 ? undefined : answer;
}

/** 40, Maintainer, is what a token gets that is made without: https://docs.gitlab.com/api/project_access_tokens/ */
function levelAt(token: Part): number {
  const level = memberAt(token, ['access_level']);
  if (typeof level !== 'number') throw odd(token, 'lacks', ['access_level']);
  return level;
}

/**
 * As many days as the current one got, or as the secret asks for. It must outlive the next rotation. One without an end, or with one
 * that GitLab gave it later, gets the longest that GitLab takes.
 */
function expiryLike(like: Part, { current, ctx }: KeyAccess): string {
  const { expires_in_days: asked } = current;
  const [made, ends] = [dateAt(like, 'created_at'), dateIfAny(like, 'expires_at')];
  const given = ends === undefined ? LONGEST_DAYS : dayOf(ends) - dayOf(made);
  const days = asked === undefined ? Math.min(Math.max(1, given), LONGEST_DAYS) : numberIn(asked);
  if (ends === undefined && asked === undefined) {
    ctx.log('the current token has no end, and the new one has: GitLab makes none without', { days });
  }
  if (!Number.isInteger(days) || days < 1) {
    throw new InvalidSecretError(`field expires_in_days of ${ctx.secretId} is not a number of days`, {
      hint: `write a whole number, longer than the time between two rotations; GitLab takes ${LONGEST_DAYS} at most unless its administrator set another limit`,
    });
  }
  return new Date((dayOf(new Date()) + days) * DAY).toISOString().slice(0, 10);
}

function tokensOf({ current, ctx }: KeyAccess): string {
  const { project, group } = current;
  const [kind, named] = project === undefined ? ['groups', group] : ['projects', project];
  // What a URL would take for a step up is no name.
  const isOne = (typeof named === 'string' && !/^\.*$/.test(named)) || typeof named === 'number';
  if (isOne && (project === undefined || group === undefined)) {
    return `/api/v4/${kind}/${encodeURIComponent(named)}/access_tokens`;
  }
  throw new InvalidSecretError(`${ctx.secretId} must name either a project or a group`, {
    hint: 'give "project":"acme/shop" or "group":"acme", or the number of one',
  });
}

/** The key may be alive: what is not there is the place where it should be. */
function noPlace({ current, ctx }: GitlabAccess): InvalidSecretError {
  const [kind, named] = current.project === undefined ? ['group', current.group] : ['project', current.project];
  return new InvalidSecretError(`gitlab has no ${kind} ${named} that the admin token sees`, {
    hint: `write its path alone into field ${kind} of ${ctx.secretId}, like acme/shop: no https://, host, slash in front or .git; or its number`,
  });
}

/** Where others say 403: https://github.com/gitlabhq/gitlabhq `app/services/resource_access_tokens/create_service.rb` */
function notMade(path: string): ProviderError {
  return new ProviderError(`gitlab makes no token at ${path} (HTTP 400)`, {
    retryable: false,
    hint: "it says so for four things: an expiry beyond its administrator's limit (give expires_in_days), an admin token whose user is no Maintainer (group: Owner) there, a token with a higher role than that user, or a trial that has no tokens left",
  });
}

function elsewhere({ current, ctx }: KeyAccess): InvalidSecretError {
  return new InvalidSecretError(
    `the token of ${ctx.secretId} is not one of this ${current.project ? 'project' : 'group'}`,
    {
      hint: 'name the project or group that it belongs to; tokens of persons are not rotated',
    },
  );
}

function unknownId({ ctx }: KeyAccess): InvalidSecretError {
  return deadCurrent(`gitlab refuses the token of ${ctx.secretId}, and only a living token tells its id`, {
    hint: 'make one in Settings, Access tokens, store it with put-secret-value without token_id, then rotate again',
  });
}

/** A wrong id would have another token revoked, or another's scopes copied. */
function ofAnother({ ctx }: KeyAccess): TargetMismatchError {
  return new TargetMismatchError(`field token_id of ${ctx.secretId} is not the id of its token`, {
    hint: 'leave token_id out, or correct it with put-secret-value, then rotate again',
  });
}

const api = vendor<GitlabSecret>({
  name: 'gitlab',
  base: (access) => `https://${hostIn(access, 'host')}`,
  admin: ({ admin }) => shown(admin, 'the admin token'),
});
const shown = ({ token }: GitlabSecret, as: string) => ({ as, headers: { 'private-token': token } });
const dayOf = (date: Date) => Math.floor(date.getTime() / DAY);
