/** Redshift's own cases. */
import { connect as connectTcp } from 'node:net';
import { createServer } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { createAuthority } from '../../../local/certificates.ts';
import { redshift } from '../../../shared/engines/redshift.ts';
import { generatePassword } from '../../../shared/secrets/password.ts';
import { passwordSettings, testContext } from '../../support/context.ts';
import type { TestRedshift } from '../../support/redshift-server.ts';

export function describeRedshift(server: TestRedshift): void {
  const { context: ctx } = server;
  let serial = 0;
  const pair = async () => {
    const name = `pair${++serial}`;
    await server.createUser(name, 'Base-password-1');
    const login = server.login(name, 'Base-password-1');
    const other = server.login(`${name}_clone`, 'Clone-password-1');
    const align = async (from = login, to = other) => {
      const session = await redshift.connect(server.superuser, ctx);
      try {
        await session.cloneUser(from.username, to.username, to.password);
      } finally {
        await session.close();
      }
    };
    return { name, login, other, align };
  };
  const privileges = async (login: typeof server.superuser) => {
    const session = await redshift.connect(login, ctx);
    const lines = await session.privileges();
    await session.close();
    return lines;
  };

  describe('the pair is equal in', () => {
    it('grants by name on schemas, tables, columns, functions, procedures, languages and the database, and in what comes later', async () => {
      const { name, login, other, align } = await pair();
      const schema = `everything_${name}`;
      for (const statement of [
        `CREATE SCHEMA ${schema}`,
        `CREATE TABLE ${schema}."Odd Name" (x int, y int)`,
        `CREATE VIEW ${schema}.view AS SELECT 1 AS one`,
        `CREATE FUNCTION ${schema}.f(int) RETURNS int STABLE AS $$ SELECT $1 $$ LANGUAGE sql`,
        `REVOKE EXECUTE ON FUNCTION ${schema}.f(int) FROM PUBLIC`,
        `CREATE PROCEDURE ${schema}.p(INOUT a int) LANGUAGE plpgsql AS $$ BEGIN a := 1; END $$`,
        `GRANT USAGE, CREATE ON SCHEMA ${schema} TO ${name}`,
        `GRANT SELECT (x), UPDATE (y) ON ${schema}."Odd Name" TO ${name}`,
        `GRANT DELETE ON ${schema}."Odd Name" TO ${name}`,
        `GRANT SELECT ON ${schema}.view TO ${name} WITH GRANT OPTION`,
        `GRANT EXECUTE ON FUNCTION ${schema}.f(int) TO ${name}`,
        `GRANT EXECUTE ON PROCEDURE ${schema}.p(int) TO ${name}`,
        `GRANT USAGE ON LANGUAGE plpgsql TO ${name}`,
        `GRANT CREATE, TEMP ON DATABASE dev TO ${name}`,
        `ALTER DEFAULT PRIVILEGES IN SCHEMA ${schema} GRANT SELECT ON TABLES TO ${name}`,
      ]) {
        await server.sql(statement);
      }

      await align();

      const lines = await privileges(other);
      expect(lines).toEqual(await privileges(login));
      expect(lines).toEqual(
        expect.arrayContaining([
          `DELETE ON TABLE "${schema}"."Odd Name"`,
          `UPDATE ("y") ON TABLE "${schema}"."Odd Name"`,
          `SELECT ON TABLE "${schema}"."view" WITH GRANT OPTION`,
          'USAGE ON LANGUAGE "plpgsql"',
          'CREATE ON DATABASE "dev"',
        ]),
      );
      expect(lines).toContainEqual(expect.stringMatching(/^EXECUTE ON PROCEDURE .*"p"/));
      expect(lines).toContainEqual(expect.stringMatching(/^ALTER DEFAULT PRIVILEGES FOR USER .* SELECT ON TABLES$/));
    });

    it('groups, both ways', async () => {
      const { name, login, other, align } = await pair();
      for (const group of ['readers', 'writers']) await server.sql(`CREATE GROUP ${group}_${name}`);
      await server.sql(`ALTER GROUP readers_${name} ADD USER ${name}`);
      await align();
      const first = await privileges(other);

      await server.sql(`ALTER GROUP readers_${name} DROP USER ${name}`);
      await server.sql(`ALTER GROUP writers_${name} ADD USER ${other.username}`);
      await align();

      expect(first).toContain(`member of group readers_${name}`);
      expect((await privileges(other)).filter((line) => line.startsWith('member'))).toEqual([]);
      expect(await privileges(other)).toEqual(await privileges(login));
    });

    it('settings, expiry, connection limit and CREATEDB, and what was taken back', async () => {
      const { name, login, other, align } = await pair();
      await server.sql(`ALTER USER ${name} SET search_path TO app, "$user", "with space", public`);
      await server.sql(`ALTER USER ${name} SET statement_timeout TO '60000'`);
      await server.sql(`ALTER USER ${name} CREATEDB`);
      await server.sql(`ALTER USER ${name} CONNECTION LIMIT 7`);
      await server.sql(`ALTER USER ${name} VALID UNTIL '2099-01-01'`);
      await align();
      const [base, clone] = [await privileges(login), await privileges(other)];
      const paths = [await server.sqlAs(login, 'SHOW search_path'), await server.sqlAs(other, 'SHOW search_path')];
      const limit = await server.sql('SELECT useconnlimit FROM svl_user_info WHERE usename = $1', [other.username]);

      await server.sql(`ALTER USER ${name} RESET search_path`);
      await server.sql(`ALTER USER ${name} NOCREATEDB`);
      await align();

      expect(clone).toEqual(base);
      expect(clone).toEqual(expect.arrayContaining(['attribute CREATEDB']));
      expect(paths[1]).toEqual(paths[0]);
      expect(String(limit[0]?.useconnlimit)).toBe('7');
      expect(await privileges(other)).toEqual(await privileges(login));
      expect(await privileges(other)).not.toContain('attribute CREATEDB');
    });

    it('what either of them owns: the other one may use it, now and after the next turn', async () => {
      const { name, login, other, align } = await pair();
      await server.sql(`CREATE SCHEMA owned_${name}`);
      await server.sql(`GRANT USAGE, CREATE ON SCHEMA owned_${name} TO ${name}`);
      await server.sqlAs(login, `CREATE TABLE owned_${name}.by_base (x int)`);
      await align();
      await server.sqlAs(other, `INSERT INTO owned_${name}.by_base VALUES (1)`);
      await server.sqlAs(other, `CREATE TABLE owned_${name}.by_clone (x int)`);

      await align(other, login);

      await server.sqlAs(login, `INSERT INTO owned_${name}.by_clone VALUES (1)`);
      expect(await privileges(login)).toEqual(await privileges(other));
      expect(await privileges(login)).toContain(`all rights on TABLE "owned_${name}"."by_clone", which the pair owns`);
    });
  });

  it('is unequal as long as one may not use what the other owns', async () => {
    const { name, login, other, align } = await pair();
    await align();
    await server.sql(`CREATE SCHEMA unequal_${name}`);
    await server.sql(`GRANT ALL ON SCHEMA unequal_${name} TO ${name}, ${other.username}`);

    await server.sqlAs(login, `CREATE TABLE unequal_${name}.late (x int)`);

    expect(await privileges(other)).not.toEqual(await privileges(login));
  });

  describe('passwords', () => {
    it('reach the server as a digest: no statement has the password, whether it passes or fails', async () => {
      const { login, align, other } = await pair();
      const session = await redshift.connect(login, ctx);

      await session.setPassword(login.username, 'Wanted-by-log-1');
      await align(login, { ...other, password: 'Wanted-by-log-2' });
      await session.setPassword(server.superuser.username, 'Wanted-by-log-3').catch(() => {});
      await session.close();

      const log = await server.log();
      expect(log).not.toContain('Wanted-by-log');
      if (server.isStandIn) expect(log).toContain(`ALTER USER "${login.username}" PASSWORD 'md5`);
    });

    it('have 8 to 64 characters, and none that Redshift refuses in clear text', () => {
      const all = { ...passwordSettings, excludeCharacters: '', length: 64 };

      const passwords = Array.from({ length: 50 }, () => generatePassword(redshift.password, all));

      expect(passwords.join('')).not.toMatch(/['"\\/@ ]/);
      expect(() => generatePassword(redshift.password, { ...all, length: 7 })).toThrow('under 8');
      expect(() => generatePassword(redshift.password, { ...all, length: 65 })).toThrow('over 64');
    });
  });

  describe('answers to the login that no PostgreSQL gives', () => {
    it('one that the driver does not know (sha256 digests need it) is unreachable, and ends no process', async () => {
      const strange = await serverThatSays(message('R', Buffer.from([0, 0, 0, 13])));

      const refused = await redshift.connect(strange.login, strange.context).catch((error: unknown) => error);
      await strange.close();

      expect(refused).toMatchObject({ name: 'UnreachableError', code: 'UNREACHABLE_LOGIN' });
    });

    it('a wrong password with the code of PostgreSQL 8.0, 28000, is an AuthenticationError', async () => {
      const fields = ['SFATAL', 'C28000', 'Mpassword authentication failed for user "app"', 'Rauth_failed', '', ''];
      const old = await serverThatSays(message('E', Buffer.from(fields.join('\0'))));

      const refused = await redshift.connect(old.login, old.context).catch((error: unknown) => error);
      await old.close();

      expect(refused).toMatchObject({
        name: 'AuthenticationError',
        fact: expect.stringContaining('refused the login of user app'),
      });
    });
  });
}

/** https://www.postgresql.org/docs/current/protocol-message-formats.html */
function message(type: string, body: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeInt32BE(body.length + 4);
  return Buffer.concat([Buffer.from(type), length, body]);
}

/** A server that answers every login with these bytes, over verified TLS. */
async function serverThatSays(answer: Buffer) {
  const authority = createAuthority();
  const { certificate: cert, key } = authority.issue();
  const inner = createServer({ cert, key }, (socket) => {
    socket.on('error', () => {});
    socket.once('data', () => socket.write(answer));
  });
  await new Promise<void>((resolve) => inner.listen(0, '127.0.0.1', resolve));
  const tlsPort = (inner.address() as { port: number }).port;
  const { createServer: createTcp } = await import('node:net');
  // Answers SSLRequest with S, and lets the TLS server speak from there.
  const outer = createTcp((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => {
      socket.write('S');
      const through = connectTcp(tlsPort, '127.0.0.1');
      through.on('error', () => {});
      socket.pipe(through).pipe(socket);
    });
  });
  await new Promise<void>((resolve) => outer.listen(0, '127.0.0.1', resolve));
  return {
    login: {
      engine: 'redshift',
      host: 'localhost',
      port: (outer.address() as { port: number }).port,
      username: 'app',
      password: 'Some-password-1',
    },
    context: testContext({ ca: authority.ca }),
    async close() {
      outer.close();
      inner.close();
    },
  };
}
