/** What FerretDB 1 can of the engine suite. It has users and passwords, and no roles: nothing of pairs, nor of rights. */
import { afterAll, describe } from 'vitest';
import { documentdb } from '../../../../shared/databases/documentdb/documentdb.ts';
import { describeConnecting } from '../../../conformance/engine-connecting.case.ts';
import { engineKit } from '../../../conformance/engine-kit.ts';
import { describePasswords } from '../../../conformance/engine-passwords.case.ts';
import { ferret } from '../../../support/documentdb-places.ts';
import { documentDbOrReason } from '../../../support/documentdb-server.ts';
import { silentHosts } from './documentdb-on.ts';

const server = await documentDbOrReason(ferret);
if (server !== undefined) {
  const names = [
    'MixedCase',
    'with space',
    "o'brien",
    'Weird "Name"',
    'select',
    'пользователь',
    '50%off',
    'a;b--c',
    'back\\slash',
  ];
  const withRights = [
    'makes the old password stop working, and changes no right',
    ...names.map((name) => `rotates a user named ${name}, and makes its clone`),
  ];
  describe('on FerretDB', () => {
    afterAll(() => server.stop());
    const kit = engineKit({
      engine: documentdb,
      server,
      skip: [
        { test: 'takes passwords beyond Latin-1', reason: 'only what SASLprep knows' },
        {
          test: 'a delivery that finds the new password in force waits for the one that has set it',
          reason: 'DocumentDB has no locks of one’s own',
        },
        { test: 'opens for the right password, and leaves no session open', reason: server.untold.openSessions ?? '' },
        ...withRights.map((test) => ({ test, reason: 'it has no grantRolesToUser, and its users have no roles' })),
        {
          test: 'may not change the password of another user, and shows no password when it says so',
          reason: 'on this server everybody may',
        },
        ...silentHosts,
      ],
    });
    describeConnecting(kit);
    describePasswords(kit);
  });
}
