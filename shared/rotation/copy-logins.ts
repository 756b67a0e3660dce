/** A text may name the user that a rotation replaces, and no password: `postgres://app@db/shop`. Where users take turns, it is stale without the other. */
import { forms, hostsNamed, percentDecoded } from './copy-forms.ts';
import { isElsewhere, type Named, type Ours, type Replaced } from './copy-judgement.ts';

/** Why a text that names the user cannot follow. */
export type Stale = 'elsewhere' | 'unknown';

/** The text with the user that comes in place of the one it names, or why nobody can write it. It has no secret that is replaced. */
export function loginFollowing(text: string, beside: Named, ours: Ours): { text: string } | { stale: Stale } {
  const owners = ours.owners.filter(({ from, to }) => from !== to);
  for (const form of forms) {
    const pieces = form.split(text);
    const users = pieces.filter(({ is, raw }) => (is === 'users' || is === 'either') && raw !== '');
    const ownerOf = (raw: string) => owners.find(({ from }) => form.read(raw).includes(from));
    if (!users.some(({ raw }) => ownerOf(raw))) continue;
    if (pieces.some(({ is, raw }) => is === 'secrets' && form.read(raw)[0] !== '')) return { text };

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
  const isStale =
    !ours.anyOwner && owners.some((owner) => [text, percentDecoded(text)].some((one) => logsIn(one, owner, ours)));
  return isStale ? { stale: 'unknown' } : { text };
}

/** A name alone says nothing: a schema, a bucket and an owner have it too. What stands around it may say that somebody logs in with it. */
function logsIn(text: string, { from }: Replaced, { host = '' }: Ours): boolean {
  for (let at = text.indexOf(from); at >= 0; at = text.indexOf(from, at + 1)) {
    const [front, rest] = [text.slice(0, at), text.slice(at + from.length)];
    const isWhole = (!INSIDE_FRONT.test(front) || LETTER.test(front)) && !INSIDE_REST.test(rest);
    if (isWhole && (OPTION.test(front) || isAddress(front, rest, host))) return true;
  }
  return false;
}

const INSIDE_FRONT = /[\p{L}\p{N}_.]$/u;
/** `mysql -uapp`: the letter is the option's. */
const LETTER = /(?:^|\s)-u$/i;
const INSIDE_REST = /^[.-]?[\p{L}\p{N}_]/u;
/** `user=`, `login: "`, `--username `, `-U` */
const OPTION =
  /(?:user(?:[_ -]?(?:name|id))?|uid|login)["']?\s*[=:]\s*["'{]?$|(?:^|\s)-(?:u|-user(?:name)?)[\s=]*["']?$/i;

/** `scheme://app@`, `app@tcp(`, or `app@` the host of the secret. */
function isAddress(front: string, rest: string, host: string): boolean {
  const [whole, protocol] = /^\/?@(\w+\()?(?:\/\/)?/.exec(rest) ?? [];
  if (whole === undefined) return false;
  if (protocol !== undefined || /(?<!https?):\/\/$/i.test(front)) return true;
  const place = rest.slice(whole.length);
  return place.toLowerCase().startsWith(host.toLowerCase()) && !INSIDE_REST.test(place.slice(host.length));
}

/** It says nothing about who logs in to a database. */
function isOfTheWeb(text: string): boolean {
  return /^https?:/i.test(text);
}
