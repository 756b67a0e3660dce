/** What an administrator of a server sees of some users and can do for them, asked of the server and of nothing of ours. */
import { readdirSync, readFileSync } from 'node:fs';
import { MongoClient } from 'mongodb';
import mysql from 'mysql2/promise';
import pg from 'pg';
import type { DemoDatabase, Login } from '../../demo/engine.ts';
import type { Way } from '../network/proxy.ts';

export interface Administrator {
  /** What applications of such a user have been given besides. */
  adorn(username: string): Promise<void>;
  /** This user and its clone: there they are, what each `may`, how it comes to that, and what they hold open; no password. */
  picture(prefix: string): Promise<readonly string[]>;
  setPassword(username: string, password: string): Promise<void>;
  /** Of the server, as far as they answer this user; asked for when it is time. Absent: it has none of its own. */
  processes?(username: string): Promise<() => readonly number[]>;
  limit?(username: string, connections: number): Promise<void>;
  readOnly?(username: string, isOn: boolean): Promise<void>;
  /** After so many pieces another server answers, which takes writes a while later. */
  failOver?(proxy: Way, after: number): Promise<void>;
  /** Resolves when it does. */
  promoted?(): Promise<void>;
  close(): Promise<void>;
}

const administrators: Readonly<Record<string, (superuser: Login, ca: string) => Promise<Administrator>>> = {
  postgres: ofPostgres,
  mysql: ofMysql,
  mariadb: ofMysql,
  documentdb: ofDocumentDb,
};

/** What is proven on real servers, and on a stand-in that is none of another engine's. */
export const provenEngines = Object.keys(administrators);

export function administratorOf(engine: string, { superuser, ca }: DemoDatabase): Promise<Administrator> {
  const { [engine]: administrator } = administrators;
  if (administrator === undefined) throw new Error(`nobody looks at ${engine} here`);
  return administrator(superuser, ca);
}

async function ofPostgres({ host, port, username, password, dbname }: Login, ca: string): Promise<Administrator> {
  const client = new pg.Pool({ host, port, user: username, password, database: String(dbname), ssl: { ca }, max: 1 });
  // Nobody waits for it when the server is stopped.
  client.on('error', () => {});
  await client.query('CREATE ROLE readers');
  await client.query('CREATE DATABASE shop');
  const lines = async (text: string, prefix: string) => {
    const { rows } = await client.query({ text, values: [`^${prefix}(_clone)?$`], rowMode: 'array' });
    return rows.map((row) => row.join(' '));
  };
  return {
    async adorn(username) {
      const name = pg.escapeIdentifier(username);
      await client.query(`GRANT readers TO ${name}; GRANT CONNECT, TEMPORARY ON DATABASE shop TO ${name}`);
      await client.query(`ALTER ROLE ${name} CONNECTION LIMIT 40; ALTER ROLE ${name} SET statement_timeout = '9s'`);
    },
    picture: async (prefix) => [
      ...(await lines(
        `SELECT 'role', rolname, rolvaliduntil, rolconfig FROM pg_roles WHERE rolname ~ $1 ORDER BY rolname`,
        prefix,
      )),
      ...(await lines(
        `SELECT DISTINCT 'member', m.rolname, 'of', r.rolname, admin_option, inherit_option, set_option
         FROM pg_auth_members JOIN pg_roles r ON r.oid = roleid JOIN pg_roles m ON m.oid = member
         WHERE m.rolname ~ $1 OR r.rolname ~ $1 ORDER BY 2, 4`,
        prefix,
      )),
      ...(await lines(
        `SELECT 'grant', rolname, datname, privilege_type, is_grantable
         FROM pg_database, aclexplode(datacl) JOIN pg_roles r ON r.oid = grantee WHERE rolname ~ $1 ORDER BY 2, 3, 4`,
        prefix,
      )),
      ...(await lines(
        `SELECT 'may', rolname, rolsuper, rolinherit, rolcreaterole, rolcreatedb, rolcanlogin, rolreplication, rolbypassrls,
         rolconnlimit, pg_has_role(oid, 'readers', 'USAGE'), pg_has_role(oid, 'pg_read_all_data', 'USAGE'),
         has_database_privilege(oid, 'shop', 'CONNECT'), has_database_privilege(oid, 'shop', 'TEMPORARY'),
         has_database_privilege(oid, 'shop', 'CREATE') FROM pg_roles WHERE rolname ~ $1 ORDER BY rolname`,
        prefix,
      )),
      ...(await lines(`SELECT 'session', usename FROM pg_stat_activity WHERE usename ~ $1`, prefix)),
      ...(await lines(
        `SELECT 'lock', objid FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE locktype = 'advisory' AND usename ~ $1`,
        prefix,
      )),
    ],
    async setPassword(username, value) {
      await client.query(`ALTER ROLE ${pg.escapeIdentifier(username)} PASSWORD ${pg.escapeLiteral(value)}`);
    },
    async processes() {
      const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
      const own = rows[0]?.pid ?? 0;
      const parent = parentOf(own);
      // All but the one that the administrator talks to.
      return () => [parent, ...childrenOf(parent).filter((pid) => pid !== own)];
    },
    async limit(username, connections) {
      await client.query(`ALTER ROLE ${pg.escapeIdentifier(username)} CONNECTION LIMIT ${connections}`);
    },
    async readOnly(username, isOn) {
      const change = isOn ? 'SET default_transaction_read_only = on' : 'RESET default_transaction_read_only';
      await client.query(`ALTER ROLE ${pg.escapeIdentifier(username)} ${change}`);
    },
    close: () => client.end(),
  };
}

async function ofMysql({ host, port, username, password }: Login, ca: string): Promise<Administrator> {
  const client = await mysql.createConnection({ host, port, user: username, password, ssl: { ca } });
  const rows = async (statement: string, values: string[] = []) => {
    const [found] = await client.query({ sql: statement, values, rowsAsArray: true });
    return found as string[][];
  };
  return {
    async adorn() {},
    async picture(prefix) {
      const users = await rows('SELECT User, Host FROM mysql.user WHERE User IN (?, ?) ORDER BY 1, 2', [
        prefix,
        `${prefix}_clone`,
      ]);
      const told: string[] = [];
      for (const [user = '', at = ''] of users) {
        const grants = await rows('SHOW GRANTS FOR ?@?', [user, at]);
        // MariaDB shows the verifier there.
        told.push(
          ...grants.map(([grant]) => `may ${String(grant).replace(/ IDENTIFIED .*?(?= REQUIRE| WITH|$)/, '')}`).sort(),
        );
      }
      return told;
    },
    async setPassword(user, value) {
      await client.query('ALTER USER ? IDENTIFIED BY ?', [user, value]);
    },
    async processes() {
      const [[file = ''] = []] = await rows('SELECT @@pid_file');
      const pid = Number(readFileSync(file, 'utf8'));
      return () => [pid];
    },
    close: () => client.end(),
  };
}

async function ofDocumentDb({ host, port, username, password }: Login, ca: string): Promise<Administrator> {
  const auth = { username, password };
  const client = new MongoClient(`mongodb://${host}:${port}/`, {
    auth,
    authSource: 'admin',
    directConnection: true,
    retryWrites: false,
    tls: true,
    ca,
  });
  await client.connect();
  const admin = client.db('admin');
  return {
    async adorn() {},
    async picture(prefix) {
      const { users } = await admin.command({
        usersInfo: [prefix, `${prefix}_clone`].map((user) => ({ user, db: 'admin' })),
      });
      return (users as { user: string; roles: { role: string; db: string }[] }[])
        .flatMap(({ user, roles }) => [`user ${user}`, ...roles.map(({ role, db }) => `may ${user} ${db}.${role}`)])
        .sort();
    },
    async setPassword(updateUser, pwd) {
      await admin.command({ updateUser, pwd });
    },
    close: () => client.close(),
  };
}

const parentOf = (pid: number) => Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);

function childrenOf(parent: number): readonly number[] {
  const isChild = (pid: number) => {
    try {
      return parentOf(pid) === parent;
    } catch {
      // It has ended meanwhile.
      return false;
    }
  };
  return readdirSync('/proc').map(Number).filter(Boolean).filter(isChild);
}
