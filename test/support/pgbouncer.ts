/** A PgBouncer in front of a PostgreSQL server, where one is installed (Debian: pgbouncer). */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chownAll } from '../../local/servers/postgres/binaries.ts';
import type { PostgresServer } from '../../local/servers/postgres/server.ts';
import { serverIdentity } from '../../local/servers/postgres/server.ts';
import { inFolder, launch, type RunningServer } from '../../local/servers/process.ts';
import { findTool } from './tool.ts';

export const findPgbouncer = () => findTool({ engine: 'pgbouncer', name: 'pgbouncer', parameters: ['--version'] });

/** In transaction mode: a session of the server serves whoever begins a transaction. Passwords are the server's, by auth_query. */
export function startPgbouncer(program: string, server: PostgresServer, pool: number): Promise<RunningServer> {
  return inFolder('pgbouncer', (folder) => {
    const { username, password } = server.superuser;
    const file = (name: string, text: string) => {
      const path = join(folder, name);
      writeFileSync(path, text, { mode: 0o600 });
      return path;
    };
    const users = file('users', `"${username}" "${password}"\n`);
    const settings = (port: number) => `
[databases]
* = host=127.0.0.1 port=${server.port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = ${users}
auth_user = ${username}
auth_query = SELECT usename, passwd FROM pg_shadow WHERE usename = $1
pool_mode = transaction
default_pool_size = ${pool}
`;
    const user = serverIdentity();
    return launch({
      title: 'PgBouncer',
      command: [program],
      parameters(port) {
        const path = file('pgbouncer.ini', settings(port));
        if (user) chownAll(folder, user);
        return [path];
      },
      user,
      folder,
      data: folder,
      startLimitMs: 10_000,
      isReady: (log) => log.includes('process up'),
      signals: ['SIGINT', 'SIGKILL'],
    });
  });
}
