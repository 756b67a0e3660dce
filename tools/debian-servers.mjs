// Unpacks MySQL and MariaDB from Debian into .cache/servers, beside the system: nothing is installed, and no root is needed.
// apt checks the signatures of Debian's archive. The servers bring every library of theirs along, down to libc.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inRoot } from './project.mjs';

/**
 * `suites` of Debian. sid moves: its servers are whatever it has on the day. bullseye may leave the archive any day: then take mariadb105
 * off what `.ci/run` requires. MySQL 8 is in none of them. `plugins` is a package of which the plugins are taken, and nothing that it depends on.
 */
const servers = [
  { folder: 'mysql', title: 'MySQL', name: 'mysql-server-core', suites: ['sid'] },
  {
    folder: 'mariadb105',
    title: 'MariaDB 10.5',
    name: 'mariadb-server-core-10.5',
    plugins: 'mariadb-server-10.5',
    suites: ['bullseye'],
  },
  {
    folder: 'mariadb',
    title: 'MariaDB 10.11',
    name: 'mariadb-server-core',
    plugins: 'mariadb-server',
    suites: ['bookworm'],
  },
  {
    folder: 'mariadb11',
    title: 'MariaDB 11.8',
    name: 'mariadb-server-core',
    plugins: 'mariadb-server',
    suites: ['sid'],
  },
];

const archive = 'http://deb.debian.org/debian';
const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';
/** Only scripts of the packages need it. */
const unneeded = /perl|gdbm|^debconf|^adduser$/;

/** Installs what is missing of them. A server that cannot be had is told of, and left out. */
export function installDebianServers() {
  const missing = servers.filter(({ folder }) => !existsSync(inRoot('.cache/servers', folder, 'version')));
  if (missing.length === 0) return;
  const reason = unable();
  if (reason !== undefined) {
    console.log(`rekey: going on without ${missing.map(({ title }) => title).join(', ')}: ${reason}`);
    return;
  }
  const updated = new Map();
  for (const server of missing) {
    console.log(`rekey: unpacking ${server.title} from Debian ${server.suites[0]}`);
    try {
      install(server, updated);
    } catch (error) {
      console.log(`rekey: going on without ${server.title}: ${error.message}`);
    }
  }
}

function unable() {
  if (process.platform !== 'linux') return `Debian has no servers for ${process.platform}`;
  if (spawnSync('apt-get', ['--version']).error || spawnSync('dpkg-deb', ['--version']).error) {
    return 'there is no apt-get here';
  }
  return existsSync(keyring) ? undefined : `the keys of Debian's archive are not here (${keyring})`;
}

function install({ folder, name, plugins, suites }, updated) {
  const home = inRoot('.cache/servers', folder);
  const state = inRoot('.cache/servers/apt', suites.join('-'));
  const debs = join(state, 'debs');
  const options = privateApt(state, suites);
  if (!updated.has(state)) run('apt-get', [...options, '-qq', 'update']);
  updated.set(state, true);

  const plan = run('apt-get', [...options, '--simulate', 'install', name]);
  const wanted = [...plan.matchAll(/^Inst (\S+) \((\S+)/gm)].filter(([, each]) => !unneeded.test(each));
  const version = wanted.find(([, each]) => each === name)?.[2];
  if (version === undefined) throw new Error(`${name} cannot be installed`);
  rmSync(debs, { recursive: true, force: true });
  mkdirSync(debs, { recursive: true });
  run('apt-get', [...options, '-qq', 'download', ...wanted.map(([, each, number]) => `${each}=${number}`)], debs);

  const fresh = `${home}.new`;
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(fresh, { recursive: true });
  for (const deb of readdirSync(debs)) run('dpkg-deb', ['-x', join(debs, deb), fresh]);
  if (plugins !== undefined) takePlugins(plugins, fresh, debs, options);
  for (const part of ['usr/share/doc', 'usr/share/man', 'usr/share/locale', 'usr/share/icu', 'etc', 'var']) {
    rmSync(join(fresh, part), { recursive: true, force: true });
  }
  rmSync(debs, { recursive: true });
  writeFileSync(join(fresh, 'version'), `${version}\n`);
  rmSync(home, { recursive: true, force: true });
  renameSync(fresh, home);
}

function takePlugins(name, into, debs, options) {
  const apart = join(debs, name);
  mkdirSync(apart);
  run('apt-get', [...options, '-qq', 'download', name], apart);
  const [deb = ''] = readdirSync(apart);
  run('dpkg-deb', ['-x', join(apart, deb), join(apart, 'all')]);
  const plugins = 'usr/lib/mysql/plugin';
  cpSync(join(apart, 'all', plugins), join(into, plugins), { recursive: true });
}

/** apt with lists, cache and sources of its own, so that it neither reads nor changes what the system has. */
function privateApt(state, suites) {
  mkdirSync(join(state, 'lists/partial'), { recursive: true });
  mkdirSync(join(state, 'cache/archives/partial'), { recursive: true });
  const sources = join(state, 'sources.list');
  writeFileSync(sources, suites.map((suite) => `deb [signed-by=${keyring}] ${archive} ${suite} main\n`).join(''));
  const settings = {
    'Dir::State': state,
    'Dir::State::lists': join(state, 'lists'),
    'Dir::State::status': '/dev/null',
    'Dir::Cache': join(state, 'cache'),
    'Dir::Etc::sourcelist': sources,
    'Dir::Etc::sourceparts': '-',
    'Acquire::Languages': 'none',
    'Acquire::Retries': '3',
    'APT::Sandbox::User': '',
    'APT::Install-Recommends': 'false',
  };
  return Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
}

function run(program, parameters, cwd = '/') {
  const { status, stdout, stderr, error } = spawnSync(program, parameters, {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive' },
    maxBuffer: 64 * 1024 * 1024,
  });
  if (status === 0) return stdout;
  const said = (error?.message ?? stderr).trim().split('\n').slice(-3).join(' ');
  throw new Error(`${program} failed: ${said}`);
}
