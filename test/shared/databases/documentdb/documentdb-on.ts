/** The engine suite and DocumentDB's own cases on one kind of server, or a printed reason why not. */
import { afterAll, describe } from 'vitest';
import { documentdb } from '../../../../shared/databases/documentdb/documentdb.ts';
import { describeEngine } from '../../../conformance/engine.case.ts';
import type { Skip } from '../../../conformance/skips.ts';
import type { DocumentDbKind } from '../../../support/documentdb-places.ts';
import { documentDbOrReason } from '../../../support/documentdb-server.ts';
import { describeDocumentDb } from './documentdb.case.ts';
import { describeDocumentDbPairs } from './documentdb-pairs.case.ts';

export const silentHosts: readonly Skip[] = ['takes the connection and says nothing', 'drops packets'].map((host) => ({
  test: `gives up on a host that ${host}, in seconds`,
  reason: 'no server is involved; played once, beside the first kind',
}));

export async function describeDocumentDbOn(kind: DocumentDbKind, skips: readonly Skip[] = []): Promise<void> {
  const server = await documentDbOrReason(kind);
  if (server === undefined) return;
  const { refusedLogins, openSessions } = server.untold;
  const all = (tests: readonly string[], reason: string | undefined | false) =>
    reason ? tests.map((test) => ({ test, reason })) : [];

  describe(`on ${kind.title}`, () => {
    afterAll(() => server.stop());

    describeEngine({
      engine: documentdb,
      server,
      skip: [
        {
          test: 'takes passwords beyond Latin-1',
          reason: 'DocumentDB takes printable ASCII only, and MongoDB only what SASLprep knows',
        },
        {
          test: 'a delivery that finds the new password in force waits for the one that has set it',
          reason: 'DocumentDB has no locks of one’s own',
        },
        ...all(['opens for the right password, and leaves no session open'], openSessions),
        ...skips,
      ],
    });
    const oneDatabase = server.oneUserDatabase && 'this server has one authentication database, as Amazon DocumentDB';
    describeDocumentDb(
      server,
      all(['touches no user of the same name in another authentication database'], oneDatabase),
    );
    describeDocumentDbPairs(
      server,
      all(
        [
          'cost three refused logins at most, however many versions are stored',
          'are proven also by a value that comes after many copies of another: each is tried once',
        ],
        refusedLogins,
      ),
    );
  });
}
