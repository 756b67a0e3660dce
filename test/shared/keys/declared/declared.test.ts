import { expect, it } from 'vitest';
import acme from '../../../../providers/acme.json' with { type: 'json' };
import { declaredProvider } from '../../../../shared/keys/declared/declared.ts';
import { describeProvider } from '../../../conformance/provider.case.ts';
import { HAS_NO_END } from '../../../conformance/provider-life.case.ts';
import { wholeRotation } from '../../../conformance/rotate.ts';
import { startAcme } from '../../../support/acme.ts';
import { keyWorld } from '../../../support/key-world.ts';
import { labelled } from '../../../support/store.ts';

describeProvider({ provider: declaredProvider(acme, 'providers/acme.json'), start: startAcme, skip: [HAS_NO_END] });

it('takes the current key with another date beside it for no new one', async () => {
  const fields = { ...acme.issue.fields, expires_at: 'data.expires_at' };
  const provider = declaredProvider({ ...acme, issue: { ...acme.issue, fields } }, 'providers/acme.json');
  const double = await startAcme();
  const { api_key, key_id } = double.first;
  const data = { secret: api_key, id: key_id, expires_at: '2027-01-01T00:00:00Z' };
  const here = keyWorld(provider, double, {}, (transport) => async (request) => {
    const answer = await transport(request);
    return request.method === 'POST' ? { ...answer, body: JSON.stringify({ data }) } : answer;
  });
  const before = { ...double.first, expires_at: '2026-06-01T00:00:00Z', masterarn: 'arn:admin' };
  await here.store.putCurrent(JSON.stringify(before));

  const error = await wholeRotation(here).catch((thrown) => thrown);
  await double.close();

  expect(error).toMatchObject({ code: 'UNEXPECTED_ANSWER', fact: 'acme gave the current key for a new one' });
  expect(await labelled(here.store, 'AWSCURRENT')).toEqual(before);
});
