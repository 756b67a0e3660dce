// Installs what is missing, and with --build also bundles the functions. Quiet and quick when there is nothing to do.
// Runs on the system's Node, before anything is installed: built-ins only.
import { spawn } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { digest, fingerprint, inRoot, installScripts, locked, read, root, systemEnvironment } from './project.mjs';

const stamp = inRoot('node_modules/.rekey-setup');
const REPORT_MS = 2_000;

try {
  if (!isInstalled()) await locked(() => isInstalled() || install());
  if (process.argv.includes('--build') && !isBuilt()) await locked(() => isBuilt() || build());
} catch (error) {
  say(error.message);
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

async function install() {
  const wanted = JSON.parse(read(inRoot('package-lock.json'))).packages;
  const paths = Object.keys(wanted).filter((path) => path !== '' && !isForOthers(wanted[path]));
  say(
    `installing ${paths.length} packages into node_modules, once: drivers, AWS's SDK, Node 24 and a PostgreSQL for tests`,
  );
  await npm(['ci', '--ignore-scripts', '--no-audit', '--no-fund'], () => {
    const here = paths.filter((path) => existsSync(inRoot(path, 'package.json')));
    say(`${here.length} of ${paths.length} packages are here`);
  });
  const scripted = Object.keys(installScripts.may).filter((name) => existsSync(inRoot('node_modules', name)));
  if (scripted.length > 0) await npm(['rebuild', '--ignore-scripts=false', ...scripted], () => undefined);
  if (!runsTypeScript()) {
    throw new Error(
      `there is no packaged Node 24 for ${process.platform}-${process.arch}, and ${process.version} does not run TypeScript\n` +
        'next: install Node 24 or newer, then run: npm run setup',
    );
  }
  writeFileSync(stamp, digest(read(inRoot('package-lock.json'))));
  return true;
}

/** Asks `report` for a word again and again while npm works, which itself says nothing before its end. */
async function npm(args, report) {
  const child = spawn('npm', [...args, '--loglevel=error'], {
    cwd: root,
    env: systemEnvironment(),
    stdio: ['ignore', 'pipe', 'pipe'],
    shell: process.platform === 'win32',
  });
  let told = '';
  const hear = (text) => {
    told += text;
  };
  for (const stream of [child.stdout, child.stderr]) stream.on('data', hear);
  const clock = setInterval(report, REPORT_MS);
  const status = await new Promise((resolve) => {
    child.once('error', ({ message }) => {
      hear(message);
      resolve(1);
    });
    child.once('close', resolve);
  });
  clearInterval(clock);
  if (status === 0) return;
  const said = told.trim().split('\n').slice(-12).join('\n  ');
  throw new Error(
    `npm ${args[0]} failed:\n  ${said}\nnext: connect this machine to your npm registry, then run: npm run setup`,
  );
}

/** On standard error: what a program prints after this may be data for another one. */
function say(line) {
  console.error(`rekey: ${line}`);
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
  say('bundling the functions');
  const bundler = await import('./build.mjs');
  await bundler.build();
}
