// Servers that others wrote for MongoDB's protocol, into .cache/servers: SecantusDB from PyPI, FerretDB built from its Go module.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inRoot, read } from './project.mjs';

const servers = [
  { folder: 'secantusdb', title: 'SecantusDB', version: '0.7.0b3', install: installSecantus },
  { folder: 'ferretdb', title: 'FerretDB', version: 'v1.24.2', install: installFerret },
];

/** Installs the one of this name where it is missing. A server that cannot be had is told of, and left out. */
export function installWireServer(name) {
  for (const { folder, title, version, install } of servers.filter((server) => server.folder === name)) {
    const home = inRoot('.cache/servers', folder);
    if (read(join(home, 'version'))?.trim() === version) continue;
    try {
      if (process.platform !== 'linux' || process.arch !== 'x64') throw new Error('it was pinned for Linux on x64');
      console.log(`rekey: installing ${title} ${version}`);
      const fresh = `${home}.new`;
      for (const each of [fresh, home]) rmSync(each, { recursive: true, force: true });
      mkdirSync(fresh, { recursive: true });
      install(fresh, version);
      writeFileSync(join(fresh, 'version'), `${version}\n`);
      renameSync(fresh, home);
    } catch (error) {
      console.log(`rekey: going on without ${title}: ${error.message}`);
    }
  }
}

/** The hashes of all that is installed are in tools/secantusdb.txt. The file `python` names the interpreter that it was installed for. */
function installSecantus(home) {
  const python = run('python3', ['-c', 'import sys; print(sys.executable)']).trim();
  run(python, [
    ...[
      '-m',
      'pip',
      'install',
      '--quiet',
      '--no-cache-dir',
      '--disable-pip-version-check',
      '--root-user-action=ignore',
    ],
    ...['--require-hashes', '--only-binary=:all:', '--no-deps', '--target', join(home, 'lib')],
    ...['--requirement', inRoot('tools/secantusdb.txt')],
  ]);
  writeFileSync(join(home, 'python'), `${python}\n`);
}

/** Of the module's own files; Go's checksum database vouches for what it imports. */
const FERRET_SUM = 'h1:trrUU0LbmusMbyubhPS1IELncvrIwKrsRT2LW1UUWCw=';

function installFerret(home, version) {
  const path = 'github.com/FerretDB/FerretDB';
  const { Dir: files, Sum: sum } = JSON.parse(run('go', ['mod', 'download', '-json', `${path}@${version}`]));
  if (sum !== FERRET_SUM) throw new Error(`${path}@${version} has another checksum: ${sum}`);
  // `go install` makes a program that stops at once: it misses a file which only upstream's own build writes.
  const source = join(home, 'source');
  cpSync(files, source, { recursive: true });
  run('chmod', ['-R', 'u+w', source]);
  writeFileSync(join(source, 'build/version/version.txt'), `${version}\n`);
  run('go', ['build', '-buildvcs=false', '-o', join(home, 'ferretdb'), './cmd/ferretdb'], source);
  rmSync(source, { recursive: true });
}

function run(program, parameters, cwd = '/') {
  const { status, stdout, stderr, error } = spawnSync(program, parameters, { cwd, encoding: 'utf8' });
  if (status === 0) return stdout;
  const said = (error?.message ?? stderr).trim().split('\n').slice(-3).join(' ');
  throw new Error(`${program} failed: ${said}`);
}
