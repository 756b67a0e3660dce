import { spawnSync } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A server program that can be run here, and where its messages, character sets and plugins are. */
export interface ServerProgram {
  readonly command: readonly [string, ...string[]];
  /** The folder that `--basedir` wants. */
  readonly base: string;
  readonly share: string;
  readonly plugins: string | undefined;
  /** `9.7.4`, `10.11.18`. */
  readonly version: string;
  /** A folder that belongs to this project, or undefined when the program is the system's own. */
  readonly home: string | undefined;
}

const cache = fileURLToPath(new URL('../../../.cache/servers/', import.meta.url));

/** The server that `npm run servers` unpacked into this folder, or else one of the system; undefined where there is none. */
export function findServer(folder: string, program: string, kind: RegExp): ServerProgram | undefined {
  return unpacked(join(cache, folder), program) ?? ofSystem(program, kind);
}

/** Started through its own loader, if one came along: the libraries that came with it need the libc that came with it. */
function unpacked(home: string, program: string): ServerProgram | undefined {
  const file = join(home, 'usr/sbin', program);
  const [loader] = globSync(['usr/lib/*/ld-linux-*.so.*', 'lib/*/ld-linux-*.so.*'], { cwd: home });
  if (!existsSync(file)) return undefined;
  const version = readFileSync(join(home, 'version'), 'utf8');
  return {
    command: loader === undefined ? [file] : throughLoader(home, loader, file),
    base: join(home, 'usr'),
    share: shareIn(join(home, 'usr')),
    plugins: ['usr/lib/mysql/plugin', 'usr/lib/mariadb/plugin', 'usr/lib/mysql/plugin']
      .map((path) => join(home, path))
      .find((path) => existsSync(path)),
    version: /\d+\.\d+\.\d+/.exec(version)?.[0] ?? '',
    home,
  };
}

function throughLoader(home: string, loader: string, file: string): ServerProgram['command'] {
  const folder = dirname(loader);
  const libraries = [join(home, folder), join(home, 'usr/lib', basename(folder))];
  return [join(home, loader), '--library-path', libraries.join(':'), file];
}

function ofSystem(program: string, kind: RegExp): ServerProgram | undefined {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin', '/usr/libexec'];
  const file = folders.map((folder) => join(folder, program)).find((path) => existsSync(path));
  if (file === undefined) return undefined;
  const { stdout } = spawnSync(file, ['--no-defaults', '--version'], { encoding: 'utf8', env: {} });
  if (!kind.test(stdout ?? '')) return undefined;
  const base = dirname(dirname(file));
  return {
    command: [file],
    base,
    share: shareIn(base),
    plugins: undefined,
    version: /\d+\.\d+\.\d+/.exec(stdout)?.[0] ?? '',
    home: undefined,
  };
}

function shareIn(base: string): string {
  const folders = ['share/mysql', 'share/mariadb', 'share'].map((path) => join(base, path));
  return folders.find((path) => existsSync(join(path, 'english/errmsg.sys'))) ?? join(base, 'share/mysql');
}
