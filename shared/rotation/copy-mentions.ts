/** What stands around a word may say that somebody logs in with it: `-U app`, `"user": "app"`, `app@db`, `-pP`. Nothing else does. */
import type { Replaced } from './copy-judgement.ts';
import { readingsOf } from './copy-readings.ts';

/** `preceding`: what stands in front of the text, in the list or the lines that it is of. */
export function logsIn(text: string, user: string, host: string, preceding: string): boolean {
  const words = [user, Buffer.from(user).toString('base64')];
  const isLogin = ([front, rest]: Surroundings) =>
    isAddress(front, rest, host) || (USER.test(preceding + front) && !ELSEWHERE.test(rest));
  return readingsOf(text).some((one) => words.some((word) => [...around(word, one)].some(isLogin)));
}

/** A secret that may occur by chance: after a word or an option for it, or after a user that it belongs to. */
export function opensWith(text: string, secret: string, owners: readonly Replaced[], preceding: string): boolean {
  const follows = (front: string) =>
    owners.some(({ from }) => front.endsWith(`${from}:`) || front.endsWith(`${from}/`));
  const isSecret = ([front, rest]: Surroundings) =>
    PASSWORD.test(preceding + front) || (rest.startsWith('@') && follows(front));
  return readingsOf(text).some((one) => [...around(secret, one)].some(isSecret));
}

type Surroundings = readonly [front: string, rest: string];

/** Of each place in which the word does not go on: `app.x` and `app-x` are others. */
function* around(word: string, text: string): Iterable<Surroundings> {
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    const rest = text.slice(at + word.length);
    if (!GOES_ON.test(rest)) yield [text.slice(0, at), rest];
  }
}

const GOES_ON = /^[.-]?[\p{L}\p{N}_]/u;

const USER = sign(String.raw`(?:(?:user|usr|login)(?:[._ -]?(?:name|id))?|uid)(?:[_-]?\d+)?`, 'u');
const PASSWORD = sign('(?:pass(?:word|wd|phrase)?|pwd?)', 'p');

/** What ends just before a word, quotes and brackets of lists and shells between them. */
function sign(name: string, letter: string): RegExp {
  const gap = String.raw`[\s"'\\,=[(]`;
  const signs = [
    // user=app, "user": "app", 'user' => 'app', <user>app
    String.raw`${name}["'\\\])]*\s*[=:>]+[\s"'\\{([]*`,
    // define('DB_USER', 'app')
    String.raw`\(\s*["']\w*${name}["'],\s*["']`,
    // --user app, -dbuser "app", ["--user","app"]
    String.raw`(?:^|${gap})-[\w.-]*${name}(?:${gap}|-\s)+`,
    // -u app, -qUapp, and in the lines of a list
    String.raw`(?:^|${gap})-[a-z]*${letter}(?:${gap}|-\s)*`,
  ];
  return new RegExp(`(?:${signs.join('|')})$`, 'i');
}

/** The address of a mailbox, the name of an entry in a directory. */
const ELSEWHERE = /^(?:@\w|,(?:ou|dc|cn)=)/i;

/** `scheme://app@`, `app@tcp(`, or `app@` the host of the secret. */
function isAddress(front: string, rest: string, host: string): boolean {
  const [whole, protocol] = /^\/?@(\w+\()?(?:\/\/)?/.exec(rest) ?? [];
  if (whole === undefined || /[\p{L}\p{N}_.]$/u.test(front)) return false;
  if (protocol !== undefined || /(?<!https?):\/\/$/i.test(front)) return true;
  const place = rest.slice(whole.length);
  return place.toLowerCase().startsWith(host.toLowerCase()) && !GOES_ON.test(place.slice(host.length));
}
