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
}
