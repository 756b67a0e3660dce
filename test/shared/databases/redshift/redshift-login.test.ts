/** A login that Redshift refuses, on the stand-in. */
import { afterAll, expect, it } from 'vitest';
import { redshift } from '../../../../shared/databases/redshift/redshift.ts';
import { hearsNone } from '../../../support/log-search.ts';
import { testRedshift } from '../../../support/redshift-server.ts';
import { redshiftKit } from './redshift-kit.ts';

hearsNone('its one login is with the password that the test has set itself');
const server = await testRedshift('');
afterAll(() => server.stop());
const { pair } = redshiftKit(server, 'login');

it('a database that the user may not use is told with the right that Redshift has for it, which is not CONNECT', async () => {
  const { login } = await pair();
  await server.sql('CREATE DATABASE closed');
  await server.sql('REVOKE CONNECT ON DATABASE closed FROM PUBLIC');

  const refused = redshift.connect({ ...login, dbname: 'closed' }, server.context);

  await expect(refused).rejects.toMatchObject({
    code: 'PERMISSION_DENIED',
    hint: expect.stringContaining(`GRANT USAGE ON DATABASE "closed" TO "${login.username}"`),
  });
  await server.sql('DROP DATABASE closed');
});
