/** What is left alive for readers' sake ends later, of parameters as of secrets. */
import { AddTagsToResourceCommand } from '@aws-sdk/client-ssm';
import { afterAll, expect, it, onTestFinished } from 'vitest';
import { startSendgrid } from '../../../../local/doubles/sendgrid.ts';
import { startSandbox } from '../../../../local/sandbox.ts';
import { sendgrid } from '../../../../shared/keys/vendors/sendgrid.ts';
import { REVOKE_PREVIOUS } from '../../../../shared/rotation/strategy.ts';
import { step, wholeRotation } from '../../../conformance/rotate.ts';
import { keyWorld } from '../../../support/key-world.ts';
import { ssmTestClient } from '../../../support/parameter-store.ts';
import { onParameterStore } from '../../../support/parameter-world.ts';

const sandbox = await startSandbox();
const client = ssmTestClient(sandbox);
afterAll(async () => {
  client.destroy();
  await sandbox.close();
});

async function rotated() {
  const double = await startSendgrid();
  onTestFinished(() => double.close());
  const memory = keyWorld(sendgrid, double, { later: async () => {} });
  const world = await onParameterStore(memory, client, { tags: true });
  const Tags = [
    { Key: 'rekey:revoke-after', Value: '7d' },
    { Key: 'rekey:quiet-for', Value: '0h' },
  ];
  const tagged = { ResourceType: 'Parameter' as const, ResourceId: world.store.secretId, Tags };
  await client.send(new AddTagsToResourceCommand(tagged));
  return { double, world, token: (await wholeRotation(world)).token };
}

it('the previous key is revoked', async () => {
  const { double, world, token } = await rotated();
  const before = double.live().length;

  const { reports } = await step(world, token, REVOKE_PREVIOUS);

  expect(reports).toEqual(['revoked']);
  expect(double.live()).toHaveLength(before - 1);
  expect(double.opens(JSON.parse(await world.store.plainRead()))).toBe(true);
});

it('nothing is revoked that a later rotation sees to', async () => {
  const { double, world, token } = await rotated();
  await wholeRotation(world);

  const { reports } = await step(world, token, REVOKE_PREVIOUS);

  expect(reports).toEqual([]);
  expect(double.live()).toHaveLength(2);
});
