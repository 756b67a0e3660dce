/** A superuser that does not get in: whose secret is to be looked at, and for what. */
import { expect, it } from 'vitest';
import { connectSuperuser } from '../../../../shared/databases/strategies/superuser-session.ts';
import { timelessContext } from '../../../support/context.ts';
import { memoryEngine, memoryServer } from '../../../support/memory-engine.ts';

const server = memoryServer();
server.users.set('root', { password: 'root-password', rights: new Set(), superuser: true });
const login = { engine: 'memory', host: server.host, port: server.port, username: 'root' };
const connect = (password: string) =>
  connectSuperuser(memoryEngine(server), { ...login, password }, 'arn:super', timelessContext());

it('that is refused has a wrong password in its own secret', async () => {
  await expect(connect('another')).rejects.toMatchObject({
    name: 'PermissionError',
    code: 'PERMISSION_DENIED',
    about: 'arn:super',
    hint: expect.stringContaining('masterarn'),
  });
});

it('that the driver can make no login with keeps that code, and the hint for it: its password may be right', async () => {
  server.unsupported.add('root-password');

  const refused = connect('root-password');

  await expect(refused).rejects.toMatchObject({
    name: 'PermissionError',
    code: 'LOGIN_UNSUPPORTED',
    hint: 'use another driver',
  });
  server.unsupported.clear();
});
