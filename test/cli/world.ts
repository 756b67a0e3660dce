import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { vi } from 'vitest';
import type { Command, Terminal } from '../../cli/command.ts';
import { startSandbox } from '../../local/sandbox.ts';
import { type Printed, runCommand } from './printed.ts';

const bundle = fileURLToPath(new URL('../../dist/generated-value/index.mjs', import.meta.url));
/** What the function makes: docs/providers/generated-value.md. */
const VALUE = '{"generate":{"kind":"hex","bytes":16}}';
export const BROKEN = '{"generate":{"kind":"hex","bytes":1}}';
export const ROTATOR = 'rekey-prod-generated-value';

/** An account with a real function of Rekey, which needs no database. */
export async function startWorld() {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIATEST');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
  const sandbox = await startSandbox({ automaticRetries: 0 });
  sandbox.functions.register(ROTATOR, { file: bundle, export: 'generatedValue', mode: 'warm' });
  sandbox.functions.register('template', { handler: async () => undefined });
  const region = 'us-east-1';
  const call = async (operation: string, input: Record<string, unknown>) =>
    (await sandbox.secretsManager.call(operation, input, { region })) as Record<string, unknown>;
  const secret = (Name: string, more: Record<string, unknown> = {}) =>
    call('CreateSecret', { Name, ClientRequestToken: randomUUID(), SecretString: VALUE, ...more });

  return {
    sandbox,
    call,
    secret,
    /** A secret whose rotation is scheduled; begun at once on request. */
    async rotating(Name: string, { by = ROTATOR, now = false, value = VALUE, ...more } = {}) {
      await secret(Name, { SecretString: value, ...more });
      await call('RotateSecret', {
        SecretId: Name,
        ClientRequestToken: randomUUID(),
        RotationLambdaARN: sandbox.functions.find(by),
        RotationRules: { AutomaticallyAfterDays: 30 },
        RotateImmediately: now,
      });
      await sandbox.idle();
    },
    labels: async (SecretId: string) => {
      const { VersionIdsToStages = {} } = await call('DescribeSecret', { SecretId });
      return Object.values(VersionIdsToStages as Record<string, string[]>)
        .flat()
        .sort();
    },
    run: (command: Command, parameters: readonly string[], more: Partial<Terminal> = {}): Promise<Printed> =>
      runCommand(command, ['--endpoint-url', sandbox.url, '--region', region, ...parameters], more),
    async close() {
      await sandbox.close();
      vi.unstubAllEnvs();
    },
  };
}
