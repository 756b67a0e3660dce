/** A database that belongs to the application, with a stranger who may create in `public`, on a server with PostgreSQL's catalog. */
import { readFile } from 'node:fs/promises';
import pg from 'pg';
import type { DatabaseLogin } from '../../shared/databases/secret.ts';
import type { HostileGround } from '../conformance/engine-kit.ts';
import type { TestContext } from './context.ts';
import { heardByHand } from './log-search.ts';
import { namesIn, plant, RAN, statementsIn, unguarded } from './planted.ts';

export const hostileSettings = { log_statement: 'all', log_line_prefix: '%m [%p] <%a> ' };

export interface HostilePlace {
  readonly engine: string;
  readonly host: string;
  readonly port: number;
  readonly ca: string;
  readonly logFile: string;
  readonly context: TestContext;
  /** Where the plants go. Is there before; owned by the real superuser. */
  readonly dbname: string;
  readonly real: { readonly username: string; readonly password: string };
  /** Absent: there is none but the real one. */
  readonly managed?: { readonly username: string; readonly password: string };
}

const password = 'Hostile-ground-1';

export async function hostileGround(place: HostilePlace): Promise<HostileGround> {
  const { engine, host, port, dbname, real, managed = real, logFile } = place;
  const login = (username: string, secret: string): DatabaseLogin => ({
    engine,
    host,
    port,
    dbname,
    username,
    password: secret,
  });
  const client = async (username: string, secret: string) => {
    const connected = heardByHand(
      new pg.Client({
        host,
        port,
        user: username,
        password: secret,
        database: dbname,
        ssl: { ca: place.ca },
      }),
    );
    await connected.connect();
    return connected;
  };
  const admin = await client(real.username, real.password);
  await admin.query('SET search_path = pg_catalog, pg_temp');
  const creator = await client(managed.username, managed.password);
  for (const name of ['victim', 'stranger', 'hostile_app']) {
    await creator.query(`CREATE ROLE ${name} LOGIN PASSWORD '${password}'`);
  }
  await creator.end();
  // The owner of a database has more to plant with than anybody else.
  await admin.query(`ALTER DATABASE ${dbname} OWNER TO hostile_app`);
  await admin.query('GRANT CREATE ON SCHEMA public TO stranger');
  let readUpTo = 0;
  const namesOf = (statements: readonly string[]) =>
    namesIn(statements, async (text, values = []) => (await admin.query(text, [...values])).rows);

  return {
    current: login('hostile_app', password),
    superusers: { managed: login(managed.username, managed.password), real: login(real.username, real.password) },
    context: place.context,
    statements: async () => statementsIn(await readFile(logFile, 'utf8'), 'rekey'),
    async plant(statements) {
      const names = await namesOf(statements);
      const takes = [
        'ALTER ROLE hostile_app SUPERUSER',
        'ALTER ROLE stranger SUPERUSER',
        'ALTER ROLE hostile_app CREATEROLE',
        "ALTER ROLE victim PASSWORD 'taken'",
      ];
      const { rows } = await admin.query('SELECT rolpassword FROM pg_authid WHERE rolname = $1', ['hostile_app']);
      await admin.query(`ALTER ROLE hostile_app PASSWORD '${password}'`);
      const owner = await client('hostile_app', password);
      await owner.query('CREATE SCHEMA evil');
      await owner.query('GRANT USAGE ON SCHEMA evil TO PUBLIC');
      const byOwner = await plant(owner, 'evil', names, takes);
      await owner.query(`ALTER ROLE hostile_app SET search_path = evil, public, pg_catalog`);
      await owner.query(`ALTER DATABASE ${dbname} SET search_path = evil, public, pg_catalog`);
      await owner.query(`ALTER DATABASE ${dbname} SET createrole_self_grant = 'set, inherit'`).catch(() => {});
      await owner.end();
      await admin.query(`ALTER ROLE hostile_app PASSWORD '${rows[0]?.rolpassword}'`);
      const other = await client('stranger', password);
      await other.query('SET search_path = pg_catalog');
      const byStranger = await plant(other, 'public', names, takes);
      await other.end();
      return byOwner + byStranger;
    },
    async unguarded(statements) {
      const session = await client(real.username, real.password);
      await session.query('BEGIN');
      await unguarded(session, statements, await namesOf(statements));
      await session.query('ROLLBACK');
      await session.end();
    },
    async plantsThatRan() {
      const log = await readFile(logFile, 'utf8');
      const fresh = log.slice(readUpTo);
      readUpTo = log.length;
      return [...new Set([...fresh.matchAll(new RegExp(`LOG:  ${RAN} (.*)$`, 'gm'))].map(([, what]) => String(what)))];
    },
    async roles() {
      const { rows } = await admin.query(
        `SELECT r.rolname, r.rolsuper, r.rolcreaterole, r.rolcreatedb, r.rolreplication, r.rolbypassrls,
                CASE WHEN r.rolname LIKE 'hostile_app%' THEN '' ELSE a.rolpassword END AS kept,
                ARRAY(SELECT g.rolname || ' ' || (to_jsonb(m) - 'oid')::text FROM pg_catalog.pg_auth_members m JOIN pg_catalog.pg_roles g ON g.oid = m.roleid
                       WHERE m.member = r.oid ORDER BY 1) AS "memberOf"
           FROM pg_catalog.pg_roles r JOIN pg_catalog.pg_authid a ON a.oid = r.oid ORDER BY 1`,
      );
      return rows;
    },
    stop: () => admin.end(),
  };
}
