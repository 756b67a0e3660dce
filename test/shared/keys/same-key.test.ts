/** A provider that gives the current key once more has made none, whatever stands beside it in the answer. */
import { expect, it } from 'vitest';
import { startSendgrid } from '../../../local/doubles/sendgrid.ts';
import acme from '../../../providers/acme.json' with { type: 'json' };
import { declaredProvider } from '../../../shared/keys/declared/declared.ts';
import { sendgrid } from '../../../shared/keys/vendors/sendgrid.ts';
import { wholeRotation } from '../../conformance/rotate.ts';
import { startAcme } from '../../support/acme.ts';
import { keyWorld } from '../../support/key-world.ts';
import { labelled } from '../../support/store.ts';

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

it('takes no answer for a new key that has a half in common with the current one', async () => {
  const double = await startSendgrid();
  const here = keyWorld({ ...sendgrid, together: ['api_key', 'key_name'] }, double);
  const value = await labelled(here.store, 'AWSCURRENT');
  await here.store.putCurrent(JSON.stringify({ ...value, key_name: 'the current one' }));

  await expect(wholeRotation(here)).rejects.toMatchObject({ code: 'UNEXPECTED_ANSWER' });
  await double.close();

  expect(await labelled(here.store, 'AWSPENDING')).toBeUndefined();
});
