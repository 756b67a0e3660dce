/** What the system shows of processes, and what lies in the folder for temporary files. */
import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

type Places = Readonly<Record<string, string>>;

/** Command line and environment of all that a process has started. Nothing where the system has no /proc. */
export function processesBelow(root: number): Places {
  const parents = new Map<number, number>();
  for (const pid of names('/proc').map(Number).filter(Boolean)) {
    // The name, in brackets, may hold anything; the parent stands behind it.
    const [, parent] = /\) \S+ (\d+)/.exec(text(`/proc/${pid}/stat`)) ?? [];
    if (parent !== undefined) parents.set(pid, Number(parent));
  }
  const isBelow = (pid: number): boolean => {
    const parent = parents.get(pid);
    return parent !== undefined && (parent === root || isBelow(parent));
  };
  const places: Record<string, string> = {};
  for (const pid of [...parents.keys()].filter(isBelow)) {
    const name = link(`/proc/${pid}/exe`);
    places[`command line of ${name} ${pid}`] = text(`/proc/${pid}/cmdline`).replaceAll('\0', '\n');
    places[`environment of ${name} ${pid}`] = text(`/proc/${pid}/environ`).replaceAll('\0', '\n');
  }
  return places;
}

const LARGEST = 4_000_000;
/** The servers keep their users there, as they do everywhere; and what the sandbox feeds them before they take connections. */
const OF_SERVERS = ['data', 'init.sql'];

/** Files that were written since then, but what servers keep in their data folders. */
export function filesSince(since: number): Places {
  const places: Record<string, string> = {};
  const visit = (folder: string, depth: number): void => {
    for (const name of names(folder)) {
      const path = join(folder, name);
      const stat = statSync(path, { throwIfNoEntry: false });
      if (stat === undefined || OF_SERVERS.includes(name) || stat.mtimeMs < since) continue;
      if (stat.isDirectory() && depth > 0) visit(path, depth - 1);
      else if (stat.isFile() && stat.size < LARGEST) places[path] = text(path);
    }
  };
  visit(tmpdir(), 2);
  return places;
}

const names = (folder: string) => orNothing(() => readdirSync(folder)) ?? [];
const text = (path: string) => orNothing(() => readFileSync(path, 'latin1')) ?? '';
const link = (path: string) => orNothing(() => readlinkSync(path)) ?? '';

/** What ended meanwhile, or is somebody else's, is not there. */
function orNothing<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
