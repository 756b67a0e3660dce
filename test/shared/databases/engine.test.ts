/** A refused login whose password may be right but for what nobody sees at its ends: wherever one is made, the hint says so. */
import { describe, expect, it } from 'vitest';
import { withSession } from '../../../shared/databases/engine.ts';
import { alternatingUsersStrategy } from '../../../shared/databases/strategies/alternating-users.ts';
import { connectSuperuser } from '../../../shared/databases/strategies/superuser-session.ts';
import { wholeRotation } from '../../conformance/rotate.ts';
import { timelessContext } from '../../support/context.ts';
import { memoryEngine, memoryServer } from '../../support/memory-engine.ts';
import { memoryWorld } from '../../support/memory-world.ts';
import { labelled } from '../../support/store.ts';

const server = memoryServer();
const engine = memoryEngine(server);
server.users.set('root', { password: 'root-password', rights: new Set(), superuser: true });
const login = (password: string) => ({ engine: 'memory', host: server.host, username: 'root', password });
const told = (kind: string) => expect.stringContaining(`the stored password begins or ends in ${kind}: unless that`);

it.each([
  ['a session', (password: string) => withSession(engine, login(password), timelessContext(), async () => {})],
  ['the superuser', (password: string) => connectSuperuser(engine, login(password), 'arn:super', timelessContext())],
])('%s that is refused', async (_what, open) => {
  await expect(open('root-password\n')).rejects.toMatchObject({ hint: told('a line break') });
  await expect(open('\uFEFFroot-password')).rejects.toMatchObject({ hint: told('a byte order mark') });
  await expect(open('another')).rejects.toMatchObject({ hint: expect.not.stringContaining('begins or ends') });
  await expect(open('another\n')).rejects.not.toThrow(/another/);
});

it('a session that does not come about for another reason is told as it is', async () => {
  const elsewhere = { ...login('root-password\n'), host: 'nowhere.test' };

  const refused = withSession(engine, elsewhere, timelessContext(), async () => {});

  await expect(refused).rejects.toMatchObject({ code: 'UNREACHABLE_TCP', hint: 'check the host' });
});

describe('alternating users', () => {
  it('names it for AWSCURRENT, and changes nothing', async () => {
    const here = memoryWorld(alternatingUsersStrategy);
    const value = await labelled(here.store, 'AWSCURRENT');
    await here.store.putCurrent(JSON.stringify({ ...value, password: `${value?.password}\n` }));

    const rotation = wholeRotation(here);

    await expect(rotation).rejects.toMatchObject({ code: 'AUTHENTICATION_REFUSED', hint: told('a line break') });
    expect([here.server.users.has('app_clone'), here.server.taken]).toEqual([false, []]);
  });
});
