/** What stands around a word may say that somebody logs in with it: `-U app`, `"user": "app"`, `app@db`, `-pP`. Nothing else does. */
import type { Replaced } from './copy-judgement.ts';
import { readingsOf } from './copy-readings.ts';

/** Each of the readings of a text. `preceding`: what stands in front of it, in the list or the lines that it is of. */
export function logsIn(readings: readonly string[], user: string, host: string, preceding: string): boolean {
  const words = [user, Buffer.from(user).toString('base64')];
  return readings.some((one) =>
    words.some((word) =>
      mentions(word, one, preceding).some(
        (found) => isAddress(found, host) || (endsAt(USER, found.text, found.at) && !ELSEWHERE.test(found.rest)),
      ),
    ),
  );
}

/** A secret that may occur by chance: after a word or an option for it, or after a user that it belongs to. */
export function opensWith(
  text: string,
  secret: string,
  owners: readonly Replaced[],
  preceding: string,
  readings = readingsOf(text),
): boolean {
  const follows = ({ text, at, rest }: Mention) =>
    rest.startsWith('@') && owners.some(({ from }) => [':', '/'].some((sign) => text.endsWith(from + sign, at)));
  return readings.some((one) =>
    mentions(secret, one, preceding).some((found) => endsAt(PASSWORD, found.text, found.at) || follows(found)),
  );
}

/** Where a word stands that does not go on: `app.x` and `app-x` are others. `text` begins with what precedes it. */
interface Mention {
  readonly text: string;
  readonly at: number;
  readonly rest: string;
}

function mentions(word: string, reading: string, preceding: string): Mention[] {
  const text = preceding + reading;
  const found: Mention[] = [];
  for (let at = text.indexOf(word, preceding.length); at >= 0; at = text.indexOf(word, at + 1)) {
    const rest = text.slice(at + word.length);
    if (!GOES_ON.test(rest)) found.push({ text, at, rest });
  }
  return found;
}

const GOES_ON = /^[.-]?[\p{L}\p{N}_]/u;

/** Bundled with a few others, and no word: -menu. */
const USER = sign(
  String.raw`(?:(?:user|usr|login)(?:[._ -]?(?:name|id))?|uid)(?:[_-]?\d+)?`,
  '(?!menu|[cg]pu)[a-z]{0,3}u',
);
/** Words of the language that end in "pass" say nothing about a password, and neither does -rp with a space: of cp it keeps times. */
const PASSWORD = sign(
  '(?:(?<!by|com|over|sur|tres|under)pass|password|passwd|passphrase|pwd?)',
  String.raw`(?:p|[a-z]{1,3}p(?!["']?[,\s]))`,
);

/** What ends just before a word, quotes and brackets of lists and shells between them. `options`: letters after one dash. */
function sign(name: string, options: string): RegExp {
  const gap = String.raw`[\s"'\\,=[(]`;
  const signs = [
    // user=app, "user": "app", 'user' => 'app', <user>app
    String.raw`${name}["'\\\])]*\s*[=:>]+[\s"'\\{([]*`,
    // define('DB_USER', 'app')
    String.raw`\(\s*["']\w*${name}["'],\s*["']`,
    // --user app, -dbuser "app", ["--user","app"]
    String.raw`(?:^|${gap})-[\w.-]*${name}(?:${gap}|-\s)+`,
    // -u app, -qUapp, and in the lines of a list
    String.raw`(?:^|${gap})-${options}(?:${gap}|-\s)*`,
  ];
  return new RegExp(`(?<=${signs.join('|')})`, 'iy');
}

/** The address of a mailbox, the name of an entry in a directory. */
const ELSEWHERE = /^(?:@\w|,(?:ou|dc|cn)=)/i;

/** `scheme://app@`, `app@tcp(`, or `app@` the host of the secret. */
function isAddress({ text, at, rest }: Mention, host: string): boolean {
  const [whole, protocol] = /^\/?@(\w+\()?(?:\/\/)?/.exec(rest) ?? [];
  if (whole === undefined || endsAt(IN_A_WORD, text, at)) return false;
  if (protocol !== undefined || endsAt(SCHEME, text, at)) return true;
  const place = rest.slice(whole.length);
  return place.toLowerCase().startsWith(host.toLowerCase()) && !GOES_ON.test(place.slice(host.length));
}

const IN_A_WORD = /(?<=[\p{L}\p{N}_.])/uy;
const SCHEME = /(?<=(?<!https?):\/\/)/iy;

/** Backwards from there: from the beginning it would be the whole text, for each word in it. */
function endsAt(sign: RegExp, text: string, at: number): boolean {
  sign.lastIndex = at;
  return sign.test(text);
}
