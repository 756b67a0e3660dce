/** What the name of a field says that it holds, whoever chose the name. */

export type Role = 'secrets' | 'users' | 'hosts' | 'ids' | 'urls';

/** A name says last what it is: `secret_host` is a host. Names that hold "pass" say so anywhere: `PASSWORD_1`. */
const ROLES: readonly (readonly [Role, RegExp])[] = [
  ['hosts', /(?:host(?:[_ -]?(?:name|addr(?:ess)?))?|server|endpoint|address|data ?source)s?$/i],
  ['users', /(?:(?:user|usr|login)(?:[_ -]?(?:name|id))?|uid|access_?key_?id|sid)$/i],
  ['ids', /id$/i],
  ['urls', /(?:url|uri|dsn|connection[_ -]?string)$/i],
  ['secrets', /pass|pwd|pw$|secret|token|key$/i],
];

export function roleOf(name: string): Role | undefined {
  const last = name.slice(name.lastIndexOf('.') + 1);
  return ROLES.find(([, names]) => names.test(last))?.[0];
}

/** What stands before the role: fields that have it in common belong together (`smtp_user`, `smtpPassword`, `SMTP_HOST`). */
export function groupOf(name: string): string {
  const at = ROLES.map(([, names]) => name.search(names)).find((found) => found >= 0) ?? name.length;
  return name
    .slice(0, at)
    .replace(/[._ -]+$/, '')
    .toLowerCase();
}
