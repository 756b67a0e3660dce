/** The engine suite on a live Redshift at REDSHIFT_URL, or on its stand-in: test/support/redshift-server.ts says what that can show. */
import { afterAll } from 'vitest';
import { redshift } from '../../../../shared/databases/redshift/redshift.ts';
import { describeEngine } from '../../../conformance/engine.case.ts';
import { testRedshift } from '../../../support/redshift-server.ts';
import { announce, unavailable } from '../../../support/servers.ts';
import { describeRedshift } from './redshift.case.ts';
import { describeRedshiftPairs } from './redshift-pairs.case.ts';

const server = await testRedshift();
if (server.isStandIn)
  unavailable({ engine: 'redshift', reason: 'a stand-in (PostgreSQL with its views) took its place' });
else announce({ engine: 'redshift', server: 'live, at REDSHIFT_URL', version: server.version });
afterAll(() => server.stop());

const seenOnPostgres = 'the way to the server is that of PostgreSQL, where it is played';
describeEngine({
  engine: redshift,
  server,
  skip: [
    { test: 'gives up on a host that takes the connection and says nothing, in seconds', reason: seenOnPostgres },
    { test: 'gives up on a host that drops packets, in seconds', reason: seenOnPostgres },
    {
      test: 'a delivery that finds the new password in force waits for the one that has set it',
      reason: 'Redshift has no locks of one’s own',
    },
  ],
});
describeRedshift(server);
describeRedshiftPairs(server);
