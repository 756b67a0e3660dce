import { writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { run } from '../local/command.ts';
import { type FoundTool, findTool, toolEnvironment } from './tool.ts';

export interface AwsCli extends FoundTool {
  /** The status with which it ends when a service answers with an error. https://docs.aws.amazon.com/cli/v1/userguide/cli-usage-returncodes.html */
  readonly refused: number;
}

/** The AWS CLI that whoever runs the tests would use: version 1 or 2, wherever it is, also behind a version manager. */
export async function findAwsCli(): Promise<AwsCli | undefined> {
  const found = await findTool({ engine: 'awscli', name: 'aws', parameters: ['--version'], refuse: refusal });
  return found && { ...found, refused: found.version.startsWith('aws-cli/1.') ? 255 : 254 };
}

/** The commands of the tests and the documentation were run with these. Versions of a year before know no EventBridge Scheduler. */
const oldest = { 1: [27, 20], 2: [9, 19] } as const;

export function refusal(version: string): string | undefined {
  const [major = 0, minor = 0, patch = 0] = (/^aws-cli\/(\d+)\.(\d+)\.(\d+)/.exec(version) ?? []).slice(1).map(Number);
  if (major > 2) return undefined;
  if (major !== 1 && major !== 2) return `says "${version}", which is no version of the AWS CLI`;
  const [leastMinor, leastPatch] = oldest[major];
  if (minor > leastMinor || (minor === leastMinor && patch >= leastPatch)) return undefined;
  return `is ${version}, older than ${major}.${leastMinor}.${leastPatch}`;
}

/** Runs the CLI against the sandbox at `url`, with settings that make both versions write alike and with nothing of the user's. */
export function awsAt(url: string, folder: string, { program }: FoundTool) {
  const config = join(folder, 'config');
  writeFileSync(config, '[default]\ncli_timestamp_format = iso8601\ncli_binary_format = raw-in-base64-out\n');
  const env = {
    ...toolEnvironment,
    AWS_CONFIG_FILE: config,
    AWS_SHARED_CREDENTIALS_FILE: '/nonexistent',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_PAGER: '',
  };
  return async (...parameters: string[]) => {
    const finished = await run(program, ['--endpoint-url', url, ...parameters], env, { cwd: folder });
    const { status, stdout, stderr } = finished;
    return { status, stderr: stderr.trim(), output: stdout.trim() ? JSON.parse(stdout) : undefined };
  };
}

/**
 * Puts a file named `aws` into the folder that passes the endpoint on to the program, for a CLI that is too old to know AWS_ENDPOINT_URL.
 * Gives the PATH that has it first. The program gets the PATH that it was found with: one that looks for `aws` there again, as the
 * wrappers of version managers do, would otherwise find this file, and so on without an end.
 */
export function putAwsFirst(
  url: string,
  folder: string,
  { program }: FoundTool,
  env: Readonly<Record<string, string>> = toolEnvironment,
): string {
  const exports = Object.entries(env).map(([name, value]) => `export ${name}=${quoted(value)}\n`);
  const script = `#!/bin/sh\n${exports.join('')}exec ${quoted(program)} --endpoint-url ${quoted(url)} "$@"\n`;
  writeFileSync(join(folder, 'aws'), script, { mode: 0o755 });
  return `${folder}${delimiter}${env.PATH ?? ''}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
