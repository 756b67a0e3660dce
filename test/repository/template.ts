import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { root } from './files.ts';

const run = promisify(execFile);

export interface Statement {
  Sid?: string;
  Effect: 'Allow' | 'Deny';
  Action: string | string[];
  Resource: unknown;
  Condition?: Record<string, Record<string, unknown>>;
}
export interface Resource {
  Type: string;
  Condition?: string;
  Properties: Record<string, unknown>;
}
export interface Package {
  folder: string;
  resources: Record<string, Resource>;
  outputs: Record<string, unknown>;
  remove(): Promise<void>;
}

/** What `serverless package` makes, in a folder of its own and without an AWS account. */
export async function makePackage(...params: string[]): Promise<Package> {
  const folder = await mkdtemp(join(tmpdir(), 'rekey-package-'));
  await oneAtATime(() => serverless('package', '--package', folder, ...params.flatMap((param) => ['--param', param])));
  const template = JSON.parse(await readFile(join(folder, 'cloudformation-template-update-stack.json'), 'utf8'));
  const remove = () => rm(folder, { recursive: true, force: true });
  return { folder, resources: template.Resources, outputs: template.Outputs, remove };
}

const { locked, digest } = (await import(pathToFileURL(join(root, 'tools/project.mjs')).href)) as {
  locked<T>(work: () => Promise<T>, lock: string): Promise<T>;
  digest(...texts: string[]): string;
};

/** Serverless makes its zips in .serverless, wherever they are to go, and takes that folder away at the end. */
export const oneAtATime = <T>(work: () => Promise<T>): Promise<T> =>
  locked(work, join(tmpdir(), `rekey-package-${digest(root).slice(0, 8)}.lock`));

/** Its output, in an environment without an account or a home. */
export async function serverless(...args: string[]): Promise<string> {
  const { stdout } = await start({}, args);
  return stdout;
}

/** All that it says, also when it fails, with an account in its environment. */
serverless.at = async (account: NodeJS.ProcessEnv, ...args: string[]): Promise<string> => {
  const { stdout, stderr } = await start(account, args).catch((error: { stdout: string; stderr: string }) => error);
  return `${stdout}${stderr}`;
};

function start(account: NodeJS.ProcessEnv, args: readonly string[]): Promise<{ stdout: string; stderr: string }> {
  const env: NodeJS.ProcessEnv = {
    PATH: process.env.PATH,
    HOME: join(tmpdir(), 'rekey-no-home'),
    SLS_TELEMETRY_DISABLED: '1',
    SLS_NOTIFICATIONS_MODE: 'off',
    ...account,
  };
  const program = join(root, 'node_modules/serverless/bin/serverless.js');
  return run(process.execPath, [program, ...args], { cwd: root, env, maxBuffer: 2 ** 24 });
}

/** All statements of a role, those behind a condition included. */
export function statementsOf(role: Resource | undefined): Statement[] {
  const policies = role?.Properties.Policies as { PolicyDocument: { Statement: unknown[] } }[];
  return policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement).map(unconditional);
}

function unconditional(statement: unknown): Statement {
  const branches = (statement as { 'Fn::If'?: unknown[] })['Fn::If'];
  return branches === undefined ? (statement as Statement) : unconditional(branches[1]);
}

export const actionsOf = (statement: Statement): string[] => [statement.Action].flat();
