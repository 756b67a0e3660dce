/** The zips that packaging makes, and how a sandbox is made to run them. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import type { Sandbox } from '../../local/sandbox.ts';
import { environmentOf, functionArn } from '../../local/services/lambda/identity.ts';
import { root } from '../repository/files.ts';
import { makePackage } from '../repository/template.ts';
import { type Runtime, startRuntime, type ZipFunction } from './runtime.ts';

export type Zips = Awaited<ReturnType<typeof makeZips>>;

const client = join(root, '.cache/lambda-client/index.mjs');
const account = { partition: 'aws' as const, accountId: '123456789012', region: 'us-east-1', now: Date.now };

/** Undefined where the zips can be run. */
export function missingForZips(): string | undefined {
  if (process.env.REKEY_ZIPS === undefined) return 'npm run zips runs them';
  return existsSync(client) ? undefined : 'the client could not be built; npm run zips says why';
}

interface Lambda {
  readonly Handler: string;
  readonly MemorySize: number;
  readonly Timeout: number;
}

export async function makeZips() {
  const made = await makePackage();
  const prefix = /^rekey-dev-/;
  const functions = Object.values(made.resources)
    .filter(({ Type }) => Type === 'AWS::Lambda::Function')
    .map(({ Properties }) => Properties as unknown as Lambda & { readonly FunctionName: string })
    .map(({ FunctionName, ...rest }) => ({ name: FunctionName.replace(prefix, ''), ...rest }));
  const unpacked = new Set<string>();
  const runtimes: Runtime[] = [];

  const folderOf = async (name: string): Promise<string> => {
    const folder = join(made.folder, 'var-task', name);
    if (!unpacked.has(name)) {
      await promisify(execFile)('python3', ['-m', 'zipfile', '-e', join(made.folder, `${name}.zip`), folder]);
      unpacked.add(name);
    }
    return folder;
  };

  return {
    names: functions.map(({ name }) => name),
    /** What is registered there as a bundle runs as a zip from now on. */
    async takeOver(sandbox: Sandbox, arn: string, mode: ZipFunction['mode']): Promise<Runtime> {
      const registered = sandbox.functions.definition(arn);
      if (!registered || !('file' in registered)) throw new Error(`${arn} is not registered as a bundle`);
      const handler = `${relative(root, registered.file).replace(/\.mjs$/, '')}.${registered.export}`;
      const found = functions.find(({ Handler }) => Handler === handler);
      if (!found) throw new Error(`no zip has the handler ${handler}`);
      const { env = {} } = registered;
      const functionName = arn.split(':').at(-1) ?? '';
      const runtime = await startRuntime({
        client,
        mode,
        handler,
        functionArn: arn,
        folder: await folderOf(found.name),
        memoryMb: found.MemorySize,
        timeoutSeconds: found.Timeout,
        env: {
          ...sandbox.functions.environment(functionName),
          AWS_LAMBDA_LOG_STREAM_NAME: 'zip',
          ...(typeof env === 'function' ? await env(account.region) : env),
        },
      });
      runtimes.push(runtime);
      sandbox.functions.register(functionName, { endpoint: runtime.url });
      return runtime;
    },
    /** Of a function that is registered nowhere. */
    async run(name: string): Promise<Runtime> {
      const found = functions.find((one) => one.name === name);
      if (!found) throw new Error(`no zip is called ${name}`);
      const runtime = await startRuntime({
        client,
        mode: 'cold',
        handler: found.Handler,
        functionArn: functionArn(account, name),
        folder: await folderOf(name),
        memoryMb: found.MemorySize,
        timeoutSeconds: found.Timeout,
        // Whoever asks AWS for anything finds nobody there.
        env: { ...environmentOf(name, account, 'http://127.0.0.1:1'), AWS_LAMBDA_LOG_STREAM_NAME: 'zip' },
      });
      runtimes.push(runtime);
      return runtime;
    },
    async close(): Promise<void> {
      for (const runtime of runtimes) runtime.close();
      await made.remove();
    },
  };
}
