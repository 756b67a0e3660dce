import { tmpdir } from 'node:os';
import { type Finished, run } from '../local/command.ts';
import { type FoundTool, findTool, toolEnvironment } from './tool.ts';

/** A Python that has boto3. */
export function findBoto3(): Promise<FoundTool | undefined> {
  return findTool({
    engine: 'boto3',
    name: 'python3',
    parameters: ['-c', 'import boto3; print(boto3.__version__)'],
  });
}

/** Runs a script against the sandbox at `url`, with nothing of the user's settings for AWS. */
export function runPython(url: string, script: string, python: FoundTool | undefined): Promise<Finished> {
  const env = {
    ...toolEnvironment,
    AWS_CONFIG_FILE: '/nonexistent',
    AWS_SHARED_CREDENTIALS_FILE: '/nonexistent',
    SANDBOX_URL: url,
  };
  return run(python?.program ?? '', [script], env, { cwd: tmpdir() });
}
