/** What a rehearsal of a pair finds on PostgreSQL beside what the suite of engines asks. */
import { expect, it } from 'vitest';
import { postgres } from '../../../../shared/databases/postgres/postgres.ts';
import { stored } from '../../../support/pair-proof.ts';
import type { RealPostgres } from '../../../support/postgres-server.ts';
import { postgresKit } from './postgres-kit.ts';

export function describePostgresRehearsals(server: RealPostgres): void {
  const { ctx, pair } = postgresKit(server, 'rehearsed');

  it('a rehearsal finds objects that the superuser may not give to the base role, and moves none', async () => {
    const { login, other } = await pair();
    await server.sql(`CREATE ROLE ${other.username} LOGIN PASSWORD 'clone password' IN ROLE ${login.username}`);
    await server.sql(`CREATE SCHEMA ${other.username} AUTHORIZATION ${other.username}`);
    const root = await postgres.connect(server.superuser, ctx);

    const refused = root.rehearsal?.cloneUser(login.username, other.username, 'rehearsed', stored('unused'));

    await expect(refused).rejects.toMatchObject({ code: 'PERMISSION_DENIED' });
    await root.close();
    const [schema] = await server.sql('SELECT nspowner::regrole::text AS owner FROM pg_namespace WHERE nspname = $1', [
      other.username,
    ]);
    expect(schema?.owner).toBe(other.username);
  });

  it('a rehearsal finds a right of the clone that the superuser may not take, as the rotation would', async () => {
    const { login, other, align } = await pair();
    await align(login.username, other.username, other.password);
    const table = `shared.kept_by_${other.username}`;
    await server.sql(`CREATE TABLE ${table} (x int); GRANT SELECT ON ${table} TO ${other.username}`);
    const root = await postgres.connect(server.superuser, ctx);

    const refused = root.rehearsal?.cloneUser(login.username, other.username, 'rehearsed', stored('unused'));

    await expect(refused).rejects.toMatchObject({
      code: 'PRIVILEGES_DIFFER',
      fact: expect.stringContaining(`surplus SELECT ON TABLE ${table}`),
    });
    await root.close();
    await server.sqlAs(other, 'SELECT 1');
  });

  it.each([
    ['a role that it acts as', (name: string) => `ALTER ROLE ${name} SET role = ${name}_owner`],
    ['one in this database', (name: string) => `ALTER ROLE ${name} IN DATABASE postgres SET role = ${name}_owner`],
    ['none in this database', (name: string) => `ALTER ROLE ${name} IN DATABASE postgres SET role = none`],
  ])('a rehearsal finds nothing where the base user has %s', async (_what, setting) => {
    const { login, other, align } = await pair();
    await server.sql(`CREATE ROLE ${login.username}_owner ROLE ${login.username}; ${setting(login.username)}`);
    const root = await postgres.connect(server.superuser, ctx);
    const rehearse = () => root.rehearsal?.cloneUser(login.username, other.username, 'rehearsed', stored('unused'));

    await rehearse();
    await align(login.username, other.username, other.password);
    await rehearse();
    await root.close();

    await server.sqlAs(other, 'SELECT 1');
  });
}
