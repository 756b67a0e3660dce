import { afterAll } from 'vitest';
import { documentdb } from '../../../../shared/databases/documentdb/documentdb.ts';
import { describeEngine } from '../../../conformance/engine.case.ts';
import { testDocumentDb } from '../../../support/documentdb-server.ts';
import { announce } from '../../../support/servers.ts';
import { describeDocumentDb } from './documentdb.case.ts';
import { describeDocumentDbPairs } from './documentdb-pairs.case.ts';
import { describeDocumentDbPlayed } from './documentdb-played.case.ts';

const server = await testDocumentDb();
announce(server.announcement);
afterAll(() => server.stop());

describeEngine({
  engine: documentdb,
  server,
  skip: [
    {
      test: 'takes passwords beyond Latin-1',
      reason: 'DocumentDB takes printable ASCII only, and MongoDB only what SASLprep knows',
    },
  ],
});
describeDocumentDb(server);
describeDocumentDbPairs(server);
describeDocumentDbPlayed();
