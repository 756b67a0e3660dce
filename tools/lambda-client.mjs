// Builds AWS's own runtime interface client into .cache/lambda-client: with it the tests run the zips as Lambda does. It is no dependency
// of the project, for it compiles curl: that needs cmake, make, g++ and Python, and a minute or three. Where it cannot be built, the tests
// say so and are skipped.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inRoot, locked, read, systemEnvironment } from './project.mjs';

const name = 'aws-lambda-ric';
/** npm refuses a package whose contents do not have this hash. Of what the client needs, npm itself brings node-gyp. */
const packages = {
  [name]: {
    version: '4.0.2',
    integrity: 'sha512-FE5Vskx7mYNnqAnWWJXUOsLp2VGgdsJsCoRLFTa8L4Yk0QVtArqR8q58yPA++QC1a73ZWJXBQ2AH31nIAv7NOQ==',
    hasInstallScript: true,
  },
  'node-addon-api': {
    version: '8.9.2',
    integrity: 'sha512-VijLXbi3UACN69I0JVXJsX4tjACjNoQDgv2gTF6sx2wWEi8tkSg2eX8p5gSIFi8z2+DL3oHmY6OyKce38SDolg==',
  },
};
const home = inRoot('.cache/lambda-client');
const LIMIT_MS = 600_000;

await locked(() => {
  const { version } = packages[name];
  if (read(join(home, 'version'))?.trim() === version) return;
  try {
    console.log(`rekey: building ${name} ${version}, for a minute or three`);
    build(version);
  } catch (error) {
    console.log(`rekey: going on without ${name}: ${error.message}`);
  }
});

function build(version) {
  const work = `${home}.new`;
  for (const each of [work, home]) rmSync(each, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  const dependencies = Object.fromEntries(Object.entries(packages).map(([each, pinned]) => [each, pinned.version]));
  const installed = Object.entries(packages).map(([each, pinned]) => [`node_modules/${each}`, pinned]);
  const lock = { lockfileVersion: 3, packages: { '': { dependencies }, ...Object.fromEntries(installed) } };
  writeFileSync(join(work, 'package.json'), JSON.stringify({ private: true, dependencies }));
  writeFileSync(join(work, 'package-lock.json'), JSON.stringify(lock));
  npm(work, ['ci', '--ignore-scripts']);
  npm(work, ['rebuild', name]);

  const built = join(work, 'node_modules', name);
  const finished = join(work, 'finished');
  mkdirSync(finished);
  for (const file of ['index.mjs', 'rapid-client.node', 'package.json', 'LICENSE', 'NOTICE', 'THIRD-PARTY-LICENSES']) {
    cpSync(join(built, file), join(finished, file));
  }
  writeFileSync(join(finished, 'version'), `${version}\n`);
  renameSync(finished, home);
  rmSync(work, { recursive: true });
}

function npm(cwd, parameters) {
  // The headers that come with the project's Node, which node-gyp would fetch from the net.
  const headers = inRoot(`node_modules/node-${process.platform}-${process.arch}`);
  const env = { ...systemEnvironment(), ...(existsSync(join(headers, 'include')) && { npm_config_nodedir: headers }) };
  const { status, stdout, stderr, error } = spawnSync('npm', [...parameters, '--no-audit', '--no-fund'], {
    cwd,
    env,
    encoding: 'utf8',
    timeout: LIMIT_MS,
    maxBuffer: 1 << 26,
  });
  if (status === 0) return;
  const said = `${stdout ?? ''}${stderr ?? ''}`.trim().split('\n').slice(-4).join(' ');
  throw new Error(error?.message ?? `npm ${parameters[0]}: ${said}`);
}
