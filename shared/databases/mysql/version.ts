/** Which server answers, from its greeting. By number, never by how the text begins: AWS's templates stop at "8". */
export interface ServerVersion {
  readonly product: 'MySQL' | 'MariaDB';
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
}

/**
 * `9.7.4`, `8.0.42-log`, `10.11.18-MariaDB`, and `5.5.5-10.6.1-MariaDB`, as MariaDB greets up to 10.11. Where no patch is
 * told (`8.0.mysql_aurora.3.08.0`), the last one of its series is meant.
 */
export function versionOf(greeting: string): ServerVersion {
  const product = /mariadb/i.test(greeting) ? 'MariaDB' : 'MySQL';
  const [, major = '0', minor = '0', patch = '999'] =
    /^(?:5\.5\.5-(?=\d))?(\d+)\.(\d+)(?:\.(\d+))?/.exec(greeting) ?? [];
  return { product, major: Number(major), minor: Number(minor), patch: Number(patch) };
}

export function isAtLeast(server: ServerVersion, [major, minor, patch]: readonly [number, number, number]): boolean {
  if (server.major !== major) return server.major > major;
  if (server.minor !== minor) return server.minor > minor;
  return server.patch >= patch;
}
