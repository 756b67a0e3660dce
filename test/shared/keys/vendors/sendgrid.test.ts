import { afterEach, expect, it } from 'vitest';
import type { ProviderDouble } from '../../../../local/doubles/double.ts';
import { startSendgrid } from '../../../../local/doubles/sendgrid.ts';
import { accessTo } from '../../../../shared/keys/access.ts';
import { nodeTransport } from '../../../../shared/keys/api/transport.ts';
import { sendgrid } from '../../../../shared/keys/vendors/sendgrid.ts';
import { describeProvider, TELLS_NO_USE } from '../../../conformance/provider.case.ts';
import { HAS_NO_END } from '../../../conformance/provider-life.case.ts';
import { inList } from '../../../conformance/provider-rights.case.ts';
import { wholeRotation } from '../../../conformance/rotate.ts';
import { keyWorld } from '../../../support/key-world.ts';

describeProvider({
  provider: sendgrid,
  start: startSendgrid,
  description: ['sendgrid'],
  rights: { limits: ['scopes'], regranted: inList('scopes', 'api_keys.read') },
  skip: [...TELLS_NO_USE, HAS_NO_END],
});

const doubles: ProviderDouble[] = [];
afterEach(async () => {
  await Promise.all(doubles.splice(0).map((double) => double.close()));
});

it('copies no scopes from a key of another account', async () => {
  const [ours, theirs] = [await startSendgrid(), await startSendgrid()];
  doubles.push(ours, theirs);
  const here = keyWorld(sendgrid, ours);
  const api_key = String(theirs.admin?.api_key);
  // One address for all accounts, as at SendGrid.
  const transport: typeof nodeTransport = (request) => {
    const isTheirs = request.headers.authorization === `Bearer ${api_key}`;
    return nodeTransport(isTheirs ? { ...request, url: new URL(request.url.pathname, theirs.url) } : request);
  };
  const ports = { admins: here.admins, transport };
  const access = await accessTo(sendgrid, { api_key, masterarn: 'arn:admin' }, ports, here.context({}));

  const issued = sendgrid.issue('label', access, await sendgrid.keys(access));

  await expect(issued).rejects.toMatchObject({ code: 'AUTHENTICATION_REFUSED' });
  expect(ours.live()).toHaveLength(1);
});

it.each([{ scopes: [] }, { scopes: ['2fa_required', 'sender_verification_legacy'] }])(
  'makes no key with full access the successor of one that has %j',
  async (told) => {
    const double = await startSendgrid();
    doubles.push(double);
    const here = keyWorld(sendgrid, double, {}, (transport) => async (request) => {
      const answer = await transport(request);
      return request.url.pathname === '/v3/scopes' ? { ...answer, body: JSON.stringify(told) } : answer;
    });

    await expect(wholeRotation(here)).rejects.toMatchObject({ code: 'PRIVILEGES_DIFFER', retryable: false });
    expect(double.live()).toHaveLength(1);
  },
);
