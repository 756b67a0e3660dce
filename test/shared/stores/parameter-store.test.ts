/** Parameter Store as a store of versions, on the sandbox. */
import { afterAll } from 'vitest';
import { startSandbox } from '../../../local/sandbox.ts';
import { describeSecretVersions } from '../../conformance/secret-versions.case.ts';
import { parameterStore, ssmTestClient } from '../../support/parameter-store.ts';

const sandbox = await startSandbox();
const client = ssmTestClient(sandbox);
afterAll(async () => {
  client.destroy();
  await sandbox.close();
});

describeSecretVersions('Parameter Store', () => parameterStore(client, 'first'));
describeSecretVersions('Parameter Store, with a flat name', () =>
  parameterStore(client, 'first', { Name: `flat-${Math.random().toString(36).slice(2)}` }),
);
