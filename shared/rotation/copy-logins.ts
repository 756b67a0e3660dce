/** A text may name the user that a rotation replaces, and no password: `postgres://app@db/shop`. Where users take turns, it is stale without the other. */
import { forms, hostsNamed } from './copy-forms.ts';
import { isElsewhere, type Named, type Ours } from './copy-judgement.ts';
import { logsIn } from './copy-mentions.ts';
import { readingsOf } from './copy-readings.ts';

/** Why a text that names the user cannot follow. */
export type Stale = 'elsewhere' | 'unknown';

/** The text with the user that comes in place of the one it names, or why nobody can write it. It has no secret that is replaced. */
export function loginFollowing(
  text: string,
  beside: Named,
  ours: Ours,
  preceding = '',
  readings = readingsOf(text),
): { text: string } | { stale: Stale } {
  const owners = ours.owners.filter(({ from, to }) => from !== to);
  for (const form of forms) {
    const pieces = form.split(text);
    const users = pieces.filter(({ is, raw }) => (is === 'users' || is === 'either') && raw !== '');
    const ownerOf = (raw: string) => owners.find(({ from }) => form.read(raw).includes(from));
    if (!users.some(({ raw }) => ownerOf(raw))) continue;
    const secrets = pieces.flatMap(({ is, raw }) => (is === 'secrets' ? form.read(raw) : []));
    // `app: text`, of YAML and of people.
    if (secrets.some((secret) => /^\s/.test(secret))) continue;
    if (secrets.some((secret) => secret !== '')) return { text };

    const hosts = hostsNamed(pieces, form);
    const who = {
      users: users.map(({ raw }) => ownerOf(raw)?.from ?? raw),
      hosts: hosts.length > 0 ? hosts : beside.hosts,
    };
    if (isElsewhere(who, ours)) return ours.anyOwner || isOfTheWeb(text) ? { text } : { stale: 'elsewhere' };
    const next = pieces.map((piece) => {
      const owner = users.includes(piece) ? ownerOf(piece.raw) : undefined;
      return owner === undefined ? piece.raw : form.write(owner.to, piece.raw);
    });
    return { text: next.join('') };
  }
  const isStale = !ours.anyOwner && owners.some(({ from }) => logsIn(readings, from, ours.host ?? '', preceding));
  return isStale ? { stale: 'unknown' } : { text };
}

/** It says nothing about who logs in to a database. */
function isOfTheWeb(text: string): boolean {
  return /^https?:/i.test(text);
}
