/** What SHOW GRANTS says of one account, as rights that can be compared, given and taken. */
import { ServiceError } from '../../rotation/errors.ts';
import type { Connection } from './connection.ts';
import type { AccountName } from './quoting.ts';
import { accountOf, identifier } from './quoting.ts';

export interface Right {
  /** `SELECT`, ``SELECT (`a`)``, `BACKUP_ADMIN`, `GRANT OPTION`, `PROXY`, or a quoted role. */
  readonly right: string;
  /** `*.*`, `` `db`.* ``, ``PROCEDURE `db`.`p` ``; '' for a role. */
  readonly on: string;
  /** May be passed on. Only for roles, proxies and dynamic privileges: for the others it is a right of its own, GRANT OPTION. */
  readonly passOn: boolean;
  /** Taken out of a wider right: `REVOKE INSERT ON mysql.*` under `partial_revokes`. */
  readonly restriction: boolean;
}

/** Rights given to the account by name. */
export async function rightsOf(connection: Connection, account: AccountName): Promise<Right[]> {
  const lines = await showGrants(connection, account, ` FOR ${accountOf(account)}`);
  return lines.flatMap((line) => parseGrant(line, account));
}

/** Line by line. A session may ask for its own, whatever else it may see, and sees there what it has by roles. */
export async function showGrants(
  connection: Connection,
  account: AccountName,
  whose: '' | ` FOR ${string}` = '',
): Promise<string[]> {
  const rows = await connection.query(`SHOW GRANTS${whose}`);
  const lines = rows.map((row) => String(Object.values(row)[0]));
  // There is always one: USAGE, at the least. An answer that cannot be read must never pass for "no rights".
  if (!lines.some((line) => isAbout(wordsOf(line), account))) {
    throw new ServiceError(`SHOW GRANTS of ${accountOf(account)} has no line about that account`, {
      hint: 'report this with the version of the server; use the single-user function meanwhile',
    });
  }
  return lines;
}

/** Does this line tell rights on something? Others tell roles, and which of them is the default one. */
export function isOnObject(line: string): boolean {
  return placesIn(wordsOf(line)).on > 0;
}

/** Is this line of SHOW GRANTS about the account itself? */
function isAbout(words: readonly string[], account: AccountName): boolean {
  const { to } = placesIn(words);
  const named = words.slice(to + 1, to + 4).join('');
  const grantee = `${identifier(account.user)}@${identifier(account.host)}`;
  return to >= 0 && (named === grantee || named === accountOf(account));
}

/** Where a line says on what and to whom; -1 is nowhere. */
function placesIn(words: readonly string[]): { readonly on: number; readonly to: number } {
  const to = words.indexOf(words[0] === 'REVOKE' ? 'FROM' : 'TO');
  const on = words.indexOf('ON');
  return { on: on < to ? on : -1, to };
}

/** The account that the server took this session for, not always the one that was named, and the roles that it acts in. */
export async function ownAccount(connection: Connection): Promise<AccountName & { readonly roles: string }> {
  const [row] = await connection.query('SELECT CURRENT_USER() AS name, CURRENT_ROLE() AS roles');
  const name = String(row?.name);
  const at = name.lastIndexOf('@');
  return { user: name.slice(0, at), host: name.slice(at + 1), roles: String(row?.roles ?? 'NONE') };
}

/** Of one line of SHOW GRANTS; nothing of lines that are about somebody else, such as a role that the account has. */
export function parseGrant(line: string, account: AccountName): Right[] {
  const words = wordsOf(line);
  const [verb] = words;
  const restriction = verb === 'REVOKE';
  if (verb !== 'GRANT' && !restriction) return [];
  if (!isAbout(words, account)) return [];
  const { on, to } = placesIn(words);
  const passOn = /\b(GRANT|ADMIN) OPTION\b/.test(words.slice(to + 4).join(' '));
  const hasObject = on > 0;
  const object = hasObject ? spelled(words.slice(on + 1, to)) : '';
  const rights = split(words.slice(1, hasObject ? on : to));
  const parts = rights
    .filter((right) => right !== 'USAGE')
    .flatMap(byColumn)
    .map((right) => ({ right, on: object, passOn: passOn && carriesOption({ right, on: object }), restriction }));
  const option = passOn && hasObject && rights.some((right) => !carriesOption({ right, on: object }));
  return option ? [...parts, { right: 'GRANT OPTION', on: object, passOn: false, restriction: false }] : parts;
}

/** Roles, proxies and dynamic privileges are passed on one by one, other rights by object. */
function carriesOption({ right, on }: { right: string; on: string }): boolean {
  return on === '' || right === 'PROXY' || /^[A-Z0-9]+(_[A-Z0-9]+)+$/.test(right);
}

const WORD = /`(?:[^`]|``)*`|'(?:[^'\\]|''|\\.)*'|\((?:`(?:[^`]|``)*`|[^)`])*\)|[,.@]|[^\s,.@`'(]+/gs;

function wordsOf(line: string): string[] {
  return line.match(WORD) ?? [];
}

/** Between commas, with single spaces. */
function split(words: readonly string[]): string[] {
  const rights: string[][] = [[]];
  for (const word of words) {
    if (word === ',') rights.push([]);
    else rights.at(-1)?.push(word);
  }
  return rights.map(spelled);
}

/** Names stay together around their dots and @, other words apart. */
function spelled(words: readonly string[]): string {
  return words.reduce((text, word) => {
    const tight = text === '' || word === '.' || word === '@' || text.endsWith('.') || text.endsWith('@');
    return tight ? text + word : `${text} ${word}`;
  }, '');
}

/** ``SELECT (`a`, `b`)`` is two rights. */
function byColumn(right: string): string[] {
  const [, name, columns] = /^(.*?) \((.*)\)$/s.exec(right) ?? [];
  if (name === undefined || columns === undefined) return [right];
  return (columns.match(/`(?:[^`]|``)*`|[^\s,`]+/g) ?? []).map((column) => `${name} (${column})`);
}

/** One line for people and for comparison. */
export function rightText({ right, on, passOn, restriction }: Right): string {
  const object = on === '' ? 'role ' : '';
  const tail = `${on === '' ? '' : ` ON ${on}`}${passOn ? (on === '' ? ' WITH ADMIN OPTION' : ' WITH GRANT OPTION') : ''}`;
  return `${restriction ? 'not ' : ''}${object}${right}${tail}`;
}

/** Statements that give `rights`; those on one object go together. */
export function grantStatements(rights: readonly Right[], to: AccountName): string[] {
  return grouped(rights).map(([first, names]) => {
    const { on, passOn, restriction } = first;
    if (restriction) return `REVOKE ${names} ON ${on} FROM ${accountOf(to)}`;
    if (on === '') return `GRANT ${names} TO ${accountOf(to)}${passOn ? ' WITH ADMIN OPTION' : ''}`;
    if (first.right === 'GRANT OPTION') return `GRANT USAGE ON ${on} TO ${accountOf(to)} WITH GRANT OPTION`;
    return `GRANT ${names} ON ${on} TO ${accountOf(to)}${passOn ? ' WITH GRANT OPTION' : ''}`;
  });
}

export function revokeStatements(rights: readonly Right[], from: AccountName): string[] {
  return grouped(rights).map(([{ on, restriction }, names]) => {
    if (restriction) return `GRANT ${names} ON ${on} TO ${accountOf(from)}`;
    return `REVOKE ${names}${on === '' ? '' : ` ON ${on}`} FROM ${accountOf(from)}`;
  });
}

function grouped(rights: readonly Right[]): [Right, string][] {
  const groups = new Map<string, Right[]>();
  for (const right of rights) {
    const alone = right.right === 'GRANT OPTION' || right.right === 'ALL PRIVILEGES';
    const key = JSON.stringify([right.on, right.passOn, right.restriction, alone ? right.right : '']);
    groups.set(key, [...(groups.get(key) ?? []), right]);
  }
  return [...groups.values()].map((group) => [group[0] as Right, group.map(({ right }) => right).join(', ')]);
}
