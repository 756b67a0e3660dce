import { randomUUID } from 'node:crypto';
import type { Terminal } from '../../../cli/command.ts';
import type { CostReport } from '../../../cli/cost/report.ts';
import { cost } from '../../../cli/cost.ts';
import { startSandbox } from '../../../local/sandbox.ts';

/** An account to fill, and the command that is run on it. */
export async function startAccount() {
  const sandbox = await startSandbox({ automaticRetries: 0 });
  const call = (operation: string, input: Record<string, unknown>) =>
    sandbox.secretsManager.call(operation, input, { region: 'us-east-1' });
  const secret = (Name: string, more: Record<string, unknown> = {}) =>
    call('CreateSecret', { Name, ClientRequestToken: randomUUID(), SecretString: `value of ${Name}`, ...more });

  return {
    sandbox,
    call,
    secret,
    parameter: (Name: string, more: Record<string, unknown> = {}) =>
      sandbox.ssm.call('PutParameter', { Name, Value: 'x', Type: 'SecureString', ...more }, { region: 'us-east-1' }),
    /** A secret whose rotation is scheduled, and not begun. */
    async rotating(Name: string, functionName: string, rules: Record<string, unknown>) {
      await secret(Name);
      sandbox.functions.register(functionName, { handler: async () => undefined });
      await call('RotateSecret', {
        SecretId: Name,
        ClientRequestToken: randomUUID(),
        RotationLambdaARN: sandbox.functions.find(functionName),
        RotationRules: rules,
        RotateImmediately: false,
      });
      await sandbox.idle();
    },
    /** The operations that the command asked for, each once, sorted. */
    operations: () => [...new Set(sandbox.requests.map(({ operation }) => operation))].sort(),
  };
}

/** What the command prints. Credentials come from the environment, region and endpoint from the options. */
export async function printed(url: string, ...options: readonly string[]): Promise<string> {
  let told = '';
  const write = (text: string) => {
    told += text;
  };
  const terminal: Terminal = {
    env: {},
    stdout: { write },
    stderr: { write },
    signal: new AbortController().signal,
  };
  await cost(['--endpoint-url', url, '--region', 'us-east-1', ...options], terminal);
  return told;
}

export async function reported(url: string, ...options: readonly string[]): Promise<CostReport> {
  return JSON.parse(await printed(url, '--json', ...options));
}
