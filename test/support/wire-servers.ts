/** Servers that others wrote for MongoDB's protocol, as `npm run servers` installs them. None of them is MongoDB, or Amazon's. */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeCertificate } from '../../local/servers/local-server.ts';
import { inFolder, launch, type RunningServer, type ServerProgram } from '../../local/servers/process.ts';
import { type Mongod, makeFirstUser } from './mongod.ts';

const home = (name: string) => fileURLToPath(new URL(`../../.cache/servers/${name}/`, import.meta.url));
const versionIn = (name: string) => join(home(name), 'version');

export const isInstalled = (name: 'ferretdb' | 'secantusdb') => existsSync(versionIn(name));
export const versionOf = (name: 'ferretdb' | 'secantusdb') => readFileSync(versionIn(name), 'utf8').trim();

/** It runs on Python, keeps users in memory of its own, and lets anybody in until it is started with --auth. */
export function startSecantus(): Promise<LoggedServer> {
  const python = readFileSync(join(home('secantusdb'), 'python'), 'utf8').trim();
  const main = `import sys; sys.path.insert(0, ${JSON.stringify(join(home('secantusdb'), 'lib'))}); from secantus.cli import main; sys.exit(main())`;
  return started('SecantusDB', async (plan, { certificateFile, keyFile, ca, user }) => {
    const program: ServerProgram = {
      ...plan,
      command: [python, '-I', '-c', main],
      parameters: (port) => [
        ...['--host', '127.0.0.1', '--port', String(port), '--storage-path', plan.data],
        ...['--tls-cert-file', certificateFile, '--tls-key-file', keyFile],
      ],
      isReady: (log) => log.includes('secantus listening on'),
    };
    const open = join(plan.folder, 'open');
    mkdirSync(open);
    const unguarded = await launch({ ...program, folder: open });
    await makeFirstUser(unguarded.port, ca, user, () => false).finally(() => unguarded.stop());
    return launch({ ...program, parameters: (port) => [...program.parameters(port), '--auth'] });
  });
}

/** With SQLite behind it, and told to send nothing home. */
export function startFerret(): Promise<LoggedServer> {
  return started('FerretDB', async (plan, { certificateFile, keyFile, user }) =>
    launch({
      ...plan,
      command: [join(home('ferretdb'), 'ferretdb')],
      parameters: (port) => [
        ...['--telemetry=disable', '--debug-addr=-', '--handler=sqlite', '--test-enable-new-auth'],
        ...[`--state-dir=${plan.data}`, `--sqlite-url=file:${plan.data}/`],
        ...['--listen-addr=', `--listen-tls=127.0.0.1:${port}`],
        ...[`--listen-tls-cert-file=${certificateFile}`, `--listen-tls-key-file=${keyFile}`],
        ...['--setup-database=admin', `--setup-username=${user.username}`, `--setup-password=${user.password}`],
      ],
      isReady: (log) => log.includes('Listening on TLS'),
    }),
  );
}

type Plan = Omit<ServerProgram, 'command' | 'parameters' | 'isReady'>;
interface LoggedServer extends Mongod {
  readonly logFile: string;
}
interface Access extends ReturnType<typeof writeCertificate> {
  readonly user: { readonly username: string; readonly password: string };
}

function started(title: string, start: (plan: Plan, access: Access) => Promise<RunningServer>): Promise<LoggedServer> {
  return inFolder(title.toLowerCase(), async (folder) => {
    const files = writeCertificate(folder, true);
    const data = join(folder, 'data');
    mkdirSync(data);
    const user = { username: 'primary', password: randomBytes(24).toString('base64url') };
    const plan: Plan = { title, folder, data, startLimitMs: 30_000, signals: ['SIGTERM', 'SIGKILL'] };
    const { port, logFile, stop } = await start(plan, { ...files, user });
    return { host: 'localhost', port, logFile, ...user, ca: files.ca, caFile: files.caFile, stop };
  });
}
