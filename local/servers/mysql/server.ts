import { execFile } from 'node:child_process';
import { cpSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { environment, inFolder } from '../process.ts';
import { findServer, type ServerProgram } from './binaries.ts';
import { launch, type MysqlOptions, type MysqlServer, parameters } from './launch.ts';

/** Undefined where MySQL is not installed; `npm run servers` unpacks one. */
export function availableMysql(): ServerProgram | undefined {
  return findServer('mysql', 'mysqld', /MySQL/);
}

/** Starts a MySQL of its own in a temporary folder, with TLS, on a free port of this machine. */
export function startMysql(options: MysqlOptions = {}): Promise<MysqlServer> {
  const program = availableMysql();
  if (program === undefined) throw new Error('MySQL is not installed; next: npm run servers');
  return inFolder('mysql', async (folder) => {
    await initialise(program, join(folder, 'data'));
    const init = ['ALTER USER root@localhost ACCOUNT LOCK;'];
    return launch({ title: 'MySQL', program, folder, create: 'CREATE USER', init, flags }, options);
  });
}

const flags = {
  mysqlx: 'OFF',
  // Debian's own path for it does not exist here, and the server would not start.
  'secure-file-priv': 'NULL',
  'skip-log-bin': '1',
};

/** A first initialisation takes seconds, so its result is kept beside an unpacked server. It holds no password. */
async function initialise(program: ServerProgram, data: string): Promise<void> {
  const kept = program.home && join(program.home, 'data-template');
  if (kept && copied(kept, data)) return;
  const [command, ...first] = program.command;
  const small = { 'innodb-redo-log-capacity': '16M' };
  const arguments_ = [...first, ...parameters(program, data, small), '--initialize-insecure', '--mysqlx=OFF'];
  await promisify(execFile)(command, [...arguments_, '--secure-file-priv=NULL'], { env: environment, cwd: '/' });
  if (!kept) return;
  const fresh = `${kept}.${process.pid}`;
  try {
    cpSync(data, fresh, { recursive: true });
    // Every data folder needs an identity of its own; the server makes one up.
    rmSync(join(fresh, 'auto.cnf'), { force: true });
    renameSync(fresh, kept);
  } catch {
    // Another process was faster, or the folder is read-only.
    rmSync(fresh, { recursive: true, force: true });
  }
}

/** False where there is nothing to copy, or another user made it and keeps it closed. */
function copied(from: string, to: string): boolean {
  try {
    cpSync(from, to, { recursive: true });
    return true;
  } catch {
    rmSync(to, { recursive: true, force: true });
    return false;
  }
}
