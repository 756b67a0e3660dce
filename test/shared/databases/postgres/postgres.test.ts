/** The engine suite on every PostgreSQL that is here, the newest alone without the whole matrix, and PostgreSQL's own cases: postgres.case.ts */
import { afterAll, describe, it } from 'vitest';
import { availablePostgresVersions } from '../../../../local/servers/postgres/binaries.ts';
import { postgres } from '../../../../shared/databases/postgres/postgres.ts';
import { describeEngine } from '../../../conformance/engine.case.ts';
import { isWholeMatrix, LEFT_OUT } from '../../../support/matrix.ts';
import { realPostgres } from '../../../support/postgres-server.ts';
import { announce, unavailable } from '../../../support/servers.ts';
import { describePostgres } from './postgres.case.ts';

const here = availablePostgresVersions();

const seenOn18 = ['takes the connection and says nothing', 'drops packets'].map((host) => ({
  test: `gives up on a host that ${host}, in seconds`,
  reason: 'no server is involved; played once, on 18',
}));

for (const major of [18, 17, 16, 15, 14, 13]) {
  const missing = here.includes(major) ? major !== 18 && !isWholeMatrix && LEFT_OUT : 'not installed: npm run servers';
  if (missing) {
    const reason = unavailable({ engine: `postgres${major}`, reason: missing });
    it.skip(`PostgreSQL ${major}: ${reason}`, () => {});
    continue;
  }
  const server = await realPostgres({ version: major });
  announce({ engine: `postgres${major}`, server: 'a real server, from npm', version: await fullVersion(server) });
  describe(`PostgreSQL ${major}`, () => {
    afterAll(() => server.stop());
    describeEngine({ engine: postgres, server, skip: major === 18 ? [] : seenOn18 });
    describePostgres(server);
  });
}

async function fullVersion(server: { sql(text: string): Promise<Record<string, unknown>[]> }): Promise<string> {
  const [row] = await server.sql("SELECT current_setting('server_version') AS version");
  return String(row?.version);
}
