/** A provider by description instead of code. docs/providers/declared.md */
import { InvalidSecretError } from '../../rotation/errors.ts';
import { refused } from '../api/judge.ts';
import { listAt, memberAt, paged, textAt, textIn } from '../api/read.ts';
import { withCurrent } from '../known-key.ts';
import type { IssuingProvider, Key, KeySecret } from '../provider.ts';
import { deadCurrent, requireSameRights } from '../same-rights.ts';
import { fits, keyIn, stepsOf, wordsIn } from './answers.ts';
import { asker, requireGrant } from './ask.ts';
import { checked } from './check.ts';
import { parseDescription, type RequestDescription } from './description.ts';
import { fieldsOf, schemasOf } from './schemas.ts';

const RIGHTS_HINT =
  'let issue.request of the description ask for what the current key has; what the provider adds to every key is for rightsOfAll';

/** `file` names the description in messages. Throws ConfigurationError, which names the member. */
export function declaredProvider(value: unknown, file: string): IssuingProvider {
  const description = checked(parseDescription(value, file), file);
  const { name, secret, admin, list, issue, verify, revoke } = description;
  const targets = [...fieldsOf('current', [description.base, verify.oauth2?.tokenUrl])];
  const ask = asker(description);

  const provider: IssuingProvider = {
    name,
    ...schemasOf(description, targets),
    own: [secret.key],
    adminSaysOf: true,
    withoutAdmin: admin === undefined || admin.self === true ? 'key' : 'refused',
    sameTarget: [...new Set([...targets, ...(secret.sameTarget ?? [])])],
    ...(description.slots !== undefined && { slots: description.slots }),
    ...(description.unlisted === true && { unlisted: true }),
    spreadMs: description.spreadMs ?? 10_000,
    freeing: description.freeing ?? shown(revoke.request),

    async identify(value, access, untried) {
      const isCurrent = value[secret.key] === access.current[secret.key];
      const { field, pattern, request, path = '' } = secret.id;
      if (field !== undefined) return textIn((isCurrent ? access.current : value)[field]);
      if (pattern !== undefined) {
        const [, id] = new RegExp(pattern).exec(textIn(value[secret.key]) ?? '') ?? [];
        if (id === undefined && isCurrent) throw nameless(secret.key);
        return id;
      }
      if (request === undefined || untried) return undefined;
      const dead = [401, ...(verify.refused ?? [])];
      const answer = await ask(request, 'key', { key: value }, access, dead);
      if (!dead.includes(answer.status)) return textAt(answer, ...stepsOf(path));
      // Not the admin's fault, which is what an AuthenticationError would say here.
      if (isCurrent) throw deadCurrent(`${name} refuses the key of AWSCURRENT (HTTP ${answer.status})`);
      return undefined;
    },

    async keys(access) {
      if (list === undefined) return [];
      const { next } = list;
      const all = await paged<Key, string>(async (at = next?.first?.toString()) => {
        const path =
          at === undefined || next === undefined ? list.request.path : within(list.request.path, next.parameter, at);
        const answer = await ask({ ...list.request, path }, 'admin', {}, access);
        const listed = listAt(answer, ...stepsOf(list.items));
        const items = listed.filter((item) => fits(item, list.where)).map((item) => keyIn(item, list));
        const cursor = next?.cursor === undefined ? undefined : textIn(memberAt(answer, stepsOf(next.cursor)));
        const counted = listed.length === 0 ? undefined : `${Number(at) + 1}`;
        return { items, next: next?.first === undefined ? cursor : counted };
      });
      const { field } = secret.id;
      return field === undefined ? all : withCurrent(all, field, provider, access);
    },

    async issue(label, access) {
      const answer = await ask(issue.request, 'admin', { label }, access);
      const at = (path: string) => textAt(answer, ...stepsOf(path));
      const fields = Object.entries(issue.fields ?? {}).map(([field, path]) => [field, at(path)]);
      return { ...access.current, ...Object.fromEntries(fields), [secret.key]: at(issue.key) };
    },

    async verify(value, access) {
      const { request, oauth2, rights, rightsOfAll = [] } = verify;
      if (oauth2 !== undefined) return requireGrant(oauth2, value, access, description);
      if (request === undefined) return;
      const look = async (key: KeySecret, as: string) => {
        const answer = await ask(request, 'key', { key }, access, verify.refused, as);
        const isRefused = verify.refused?.includes(answer.status) || !fits(answer, verify.where);
        if (isRefused) throw refused(name, as, `(HTTP ${answer.status})`);
        return answer;
      };
      const answer = await look(value, 'the new key');
      if (rights === undefined || value[secret.key] === access.current[secret.key]) return;
      const [may, should] = [answer, await look(access.current, 'the current key')].map((one) =>
        wordsIn(one, rights).filter((right) => !rightsOfAll.includes(right)),
      );
      requireSameRights(may ?? [], should ?? [], RIGHTS_HINT);
    },

    async adminIds(access, previous) {
      const { pattern } = secret.id;
      const values = Object.values(access.admin).flatMap((value) => textIn(value) ?? []);
      const isPrevious = previous !== undefined && values.includes(textIn(previous[secret.key]) ?? '');
      const ids = pattern === undefined ? [] : values.map((text) => new RegExp(pattern).exec(text)?.[1]);
      return isPrevious ? [...ids, await provider.identify(previous, access)] : ids;
    },

    async revoke(id, access) {
      await ask(revoke.request, 'admin', { id }, access, revoke.gone ?? [404]);
    },
  };
  return provider;
}

function within(path: string, parameter: string, value: string): string {
  const mark = path.includes('?') ? '&' : '?';
  return `${path}${mark}${encodeURIComponent(parameter)}=${encodeURIComponent(value)}`;
}

function shown({ method, path }: RequestDescription): string {
  return `${method} ${path.replace(/\{\{\s*(?:current\.)?([^{}]*?)\s*\}\}/g, '<$1>')}`;
}

function nameless(field: string): InvalidSecretError {
  return new InvalidSecretError(`field ${field} of AWSCURRENT has no id in it`, {
    hint: 'compare it with secret.id.pattern of the description; store the key whole',
  });
}
