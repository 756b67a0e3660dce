import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import mysql from 'mysql2';
import { describe, expect, it } from 'vitest';
import { availableMariadb, startMariadb } from '../../../../local/servers/mariadb/server.ts';
import type { MysqlOptions, MysqlServer } from '../../../../local/servers/mysql/launch.ts';
import { availableMysql, startMysql } from '../../../../local/servers/mysql/server.ts';
import { unavailable } from '../../../support/servers.ts';

type Query = (text: string) => Promise<Record<string, unknown>[]>;

function connect(server: MysqlServer, ssl: { ca: string } | undefined): Promise<Query & { end(): void }> {
  const { host, port, superuser } = server;
  const client = mysql.createConnection({
    host,
    port,
    user: superuser.username,
    password: superuser.password,
    ...(ssl === undefined ? {} : { ssl: { ...ssl, verifyIdentity: true } }),
  });
  const query: Query = (text) =>
    new Promise((resolve, reject) => {
      client.query(text, (error, rows) => (error === null ? resolve(rows as never) : reject(error)));
    });
  return new Promise((resolve, reject) => {
    client.connect((error) => {
      if (error === null) resolve(Object.assign(query, { end: () => client.destroy() }));
      else reject(error);
    });
  });
}

describe.each([
  ['mysql', 'MySQL', availableMysql() !== undefined, startMysql, '../../../../local/servers/mysql/server.ts'],
  ['mariadb', 'MariaDB', availableMariadb() !== undefined, startMariadb, '../../../../local/servers/mariadb/server.ts'],
] as const)('%s', (engine, title, isHere, start: (options?: MysqlOptions) => Promise<MysqlServer>, module) => {
  if (!isHere) {
    it.skip(`${title}: ${unavailable({ engine, reason: 'not installed: npm run servers' })}`, () => {});
    return;
  }

  it('starts with TLS for its name, on loopback only, and leaves nothing behind', async () => {
    const server = await start();
    const folder = dirname(server.generalLog);
    const query = await connect(server, { ca: server.ca });

    const [cipher] = await query("SHOW SESSION STATUS LIKE 'Ssl_version'");
    const [address] = await query('SELECT @@bind_address AS address');
    query.end();
    const plain = await connect(server, undefined).catch((error) => error.errno);
    await server.stop();

    expect(cipher).toMatchObject({ Value: expect.stringMatching(/^TLSv1\.[23]$/) });
    expect(address).toEqual({ address: '127.0.0.1' });
    expect([1045, 3159]).toContain(plain);
    expect(existsSync(folder)).toBe(false);
  });

  it('writes every statement into its general log, and takes plain text when TLS is off', async () => {
    const server = await start({ tls: false });
    const query = await connect(server, undefined);

    await query("SELECT 'seen in the log'");
    query.end();
    const log = readFileSync(server.generalLog, 'utf8');
    await server.stop();

    expect(log).toContain("SELECT 'seen in the log'");
    expect(log).not.toContain(server.superuser.password);
  });

  it('is gone with a process that was killed', async () => {
    const script = `import { start${title === 'MySQL' ? 'Mysql' : 'Mariadb'} as start } from '${new URL(module, import.meta.url).href}';
      const server = await start();
      process.stdout.write(server.generalLog);
      setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [path] = await new Promise<[string]>((resolve) => {
      child.stdout.once('data', (data) => resolve([String(data)]));
    });

    child.kill('SIGKILL');

    await expect.poll(() => existsSync(dirname(path))).toBe(false);
  });
});
