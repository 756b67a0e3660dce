/** All steps with one store, as the function has it: what it has written itself it does not look up. */
import { randomUUID } from 'node:crypto';
import { PutParameterCommand } from '@aws-sdk/client-ssm';
import { afterAll, expect, it } from 'vitest';
import { startSandbox } from '../../../../local/sandbox.ts';
import { parameterVersions } from '../../../../shared/stores/parameter-store/parameter-store.ts';
import { rotation } from '../../../conformance/rotate.ts';
import { generatedParameter, hexValue, parameterViews } from '../../../support/generated-parameter.ts';
import { ssmTestClient } from '../../../support/parameter-store.ts';

const sandbox = await startSandbox();
const client = ssmTestClient(sandbox);
afterAll(async () => {
  client.destroy();
  await sandbox.close();
});
const { labelsOf, label } = parameterViews(client);
const world = () => generatedParameter(client);

async function rotateAtOnce(here: Awaited<ReturnType<typeof world>>, using = client): Promise<string> {
  const versions = parameterVersions({ client: using, signal: new AbortController().signal });
  const token = randomUUID();
  const begun = await versions.begin(here.store.secretId, token, { deadAfterMs: 60_000 });
  expect(begun).toMatchObject({ goesOn: true, token });
  await rotation({ ...here, versions: () => versions }, token);
  return token;
}

it('goes on when the histories are full, and labels are in the way of the next version', async () => {
  const here = await world();
  const { secretId, companion } = here.store;
  await label(secretId, 1, 'golden');
  await rotateAtOnce(here);
  await label(companion, 1, 'noted');
  for (let count = 0; count < 75; count++) await here.store.putCurrent(hexValue);
  const values = new Set<string>();

  for (let count = 0; count < 36; count++) {
    await rotateAtOnce(here);
    values.add(await here.store.plainRead());
  }

  expect(values.size).toBe(36);
  const labels = await labelsOf(secretId);
  expect(labels).toMatchObject({ current: 113, previous: 112 });
  expect(labels.golden).toBeGreaterThan(1);
  expect((await labelsOf(companion)).noted).toBeGreaterThan(1);
});

it('labels what it has published, and counts on, when a value was stored by hand just before', async () => {
  const here = await world();
  const { secretId } = here.store;
  const between = ssmTestClient(sandbox);
  let hand = 1;
  between.middlewareStack.add(
    (next) => async (args) => {
      const { Name, Description } = args.input as { Name?: string; Description?: string };
      const isPublished = Name === secretId && Description === undefined && 'Value' in args.input;
      if (isPublished && hand-- > 0)
        await client.send(
          new PutParameterCommand({ Name, Value: hexValue.replace('first', 'by hand'), Overwrite: true }),
        );
      return next(args);
    },
    { step: 'initialize' },
  );

  const token = await rotateAtOnce(here, between);
  between.destroy();

  expect(hand).toBeLessThanOrEqual(0);
  expect(await labelsOf(secretId)).toMatchObject({ current: 3, previous: 1 });
  expect(await here.store.labels()).toMatchObject({ [token]: ['AWSCURRENT'] });
  expect(await here.store.plainRead()).not.toContain('by hand');
  await rotateAtOnce(here);
  expect(await labelsOf(secretId)).toMatchObject({ current: 4, previous: 3 });
});

it('stores nothing when somebody gave it up after it had begun', async () => {
  const here = await world();
  const { secretId } = here.store;
  const versions = parameterVersions({ client, signal: new AbortController().signal });
  const token = randomUUID();
  await versions.begin(secretId, token, { deadAfterMs: 60_000 });
  await here.store.abandon();

  const late = rotation({ ...here, versions: () => versions }, token);

  await expect(late).rejects.toMatchObject({ code: 'TOKEN_NOT_PENDING' });
  expect(await here.store.plainRead()).toBe(hexValue);
});
