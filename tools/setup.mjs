// Installs what is missing, and with --build also bundles the functions. Quiet and quick when there is nothing to do.
// Runs on the system's Node, before anything is installed: built-ins only.
import { spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { digest, fingerprint, inRoot, locked, read, root, systemEnvironment } from './project.mjs';

const stamp = inRoot('node_modules/.rekey-setup');

try {
  if (!isInstalled()) await locked(() => isInstalled() || install());
  if (process.argv.includes('--build') && !isBuilt()) await locked(() => isBuilt() || build());
} catch (error) {
  console.error(`rekey: ${error.message}`);
  process.exitCode = 1;
}

function isInstalled() {
  const lock = read(inRoot('package-lock.json')) ?? '';
  if (read(stamp) === digest(lock)) return true;
  if (!matches(lock, read(inRoot('node_modules/.package-lock.json')))) return false;
  writeFileSync(stamp, digest(lock));
  return true;
}

/** True when somebody ran `npm install` by hand and left what the lock file asks for. */
function matches(lock, installed) {
  if (installed === undefined) return false;
  const found = JSON.parse(installed).packages;
  return Object.entries(JSON.parse(lock).packages).every(
    ([path, wanted]) => path === '' || found[path]?.version === wanted.version || (!found[path] && isForOthers(wanted)),
  );
}

/**
 * An optional package must be here only when it is plainly for this platform. One without a platform is needed by another that
 * has one, and which C library this machine has costs too much to find out.
 */
function isForOthers({ optional, os, cpu, libc }) {
  return Boolean(optional) && !(os?.includes(process.platform) && cpu?.includes(process.arch) && !libc);
}

function install() {
  const count = Object.keys(JSON.parse(read(inRoot('package-lock.json'))).packages).length;
  console.log(`rekey: installing (up to ${count} packages, about 20 seconds, once)`);
  const { status, error, stderr, stdout } = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    env: systemEnvironment(),
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  if (status !== 0) {
    const said = (error?.message ?? `${stderr}\n${stdout}`).trim().split('\n').slice(-12).join('\n  ');
    throw new Error(
      `npm ci failed:\n  ${said}\nnext: connect this machine to your npm registry, then run: npm run setup`,
    );
  }
  if (!runsTypeScript()) {
    throw new Error(
      `there is no packaged Node 24 for ${process.platform}-${process.arch}, and ${process.version} does not run TypeScript\n` +
        'next: install Node 24 or newer, then run: npm run setup',
    );
  }
  writeFileSync(stamp, digest(read(inRoot('package-lock.json'))));
  return true;
}

function runsTypeScript() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  return existsSync(inRoot('node_modules/.bin/node')) || major > 22 || (major === 22 && minor >= 18);
}

function isBuilt() {
  const report = read(inRoot('dist/build.json'));
  return report !== undefined && JSON.parse(report).fingerprint === fingerprint();
}

async function build() {
  const bundler = await import('./build.mjs');
  await bundler.build();
}
