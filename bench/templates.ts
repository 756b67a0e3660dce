import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { DatabaseStage } from '../demo/database-stage.ts';
import type { RegisteredFunction } from '../demo/stage.ts';
import type { StrategyName } from '../demo/strategies.ts';
import { UsageError } from '../terminal/usage.ts';
import type { Course } from './rotations.ts';

const program = fileURLToPath(new URL('templates-host.py', import.meta.url));
const repository = 'https://github.com/aws-samples/aws-secrets-manager-rotation-lambdas';

/** As their folders are named, and what each imports besides boto3: package=module. */
const engines: Readonly<Record<string, { readonly folder: string; readonly packages: readonly string[] }>> = {
  postgres: { folder: 'RDSPostgreSQL', packages: ['PyGreSQL=pgdb'] },
  mysql: { folder: 'RDSMySQL', packages: ['PyMySQL=pymysql'] },
  mariadb: { folder: 'RDSMariaDB', packages: ['PyMySQL=pymysql'] },
};
const users: Readonly<Partial<Record<StrategyName, string>>> = {
  'single-user': 'SingleUser',
  'alternating-users': 'MultiUser',
};

export const hasTemplates = (engine: string): boolean => engine in engines;
export const hasTemplate = (strategy: StrategyName): boolean => strategy in users;

/** Templates that can be run here. */
export interface Templates {
  /** For people: `Python 3.11.7, boto3 1.44.8`. */
  readonly runtime: string;
  /** Starts one beside ours; it ends with the stage. */
  start(stage: DatabaseStage, course: Course): Promise<RegisteredFunction>;
}

/** Those of a checkout; UsageError when they, or what they import, are not there. */
export async function templatesIn(path: string, python: string, of: readonly string[]): Promise<Templates> {
  const folderOf = (engine: string, strategy: StrategyName) =>
    resolve(path, `SecretsManager${engines[engine]?.folder}Rotation${users[strategy]}`);
  for (const engine of of) {
    if (!existsSync(join(folderOf(engine, 'single-user'), 'lambda_function.py')))
      throw new UsageError(`--against ${path}: no templates of AWS are there`, `next: git clone ${repository}`);
  }
  const runtime = await runtimeOf(python, [
    'boto3=boto3',
    ...new Set(of.flatMap((name) => engines[name]?.packages ?? [])),
  ]);
  return {
    runtime,
    start: (stage, course) => start(stage, course, python, folderOf(course.engine, course.strategy)),
  };
}

async function runtimeOf(python: string, packages: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(python, [program, 'packages', ...packages], {
    env: environment(),
  }).catch((error: Error) => {
    throw new UsageError(
      `--python ${python}: ${error.message.split('\n')[0]}`,
      'name a Python of version 3.9 or later',
    );
  });
  const { runtime, missing } = JSON.parse(stdout) as { runtime: string; missing: readonly string[] };
  if (missing.length === 0) return runtime;
  throw new UsageError(
    `--python ${python}: cannot import ${missing.join(', ')}, which AWS's templates need`,
    `next: ${python} -m pip install ${missing.join(' ')}`,
  );
}

async function start(stage: DatabaseStage, { engine, strategy, mode }: Course, python: string, folder: string) {
  const { functions, url } = stage.sandbox;
  const functionName = `aws-${engine}-${strategy}-${mode}`;
  const child = spawn(python, [program, mode, folder], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: {
      ...environment(),
      ...functions.environment(functionName),
      ...stage.database.environment,
      SECRETS_MANAGER_ENDPOINT: url,
    },
  });
  let complaint = '';
  child.stderr.on('data', (chunk) => {
    complaint = `${complaint}${chunk}`.slice(-2_000);
  });
  const ended = once(child, 'close');
  stage.whenClosed(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  const port = await Promise.race([once(createInterface(child.stdout), 'line'), ended.then(() => [])]);
  if (port.length === 0) throw new Error(`AWS's template does not start: ${complaint.trim()}`);
  const functionArn = functions.register(functionName, { endpoint: `http://127.0.0.1:${port[0]}` });
  return { functionName, functionArn };
}

/** The user's own profiles are none of theirs. What they import is compiled once, as on Lambda, and not in each process. */
function environment(): NodeJS.ProcessEnv {
  const isOther = (name: string) => !name.startsWith('AWS_') && name !== 'PYTHONDONTWRITEBYTECODE';
  return {
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => isOther(name))),
    AWS_CONFIG_FILE: '/nonexistent',
    AWS_SHARED_CREDENTIALS_FILE: '/nonexistent',
  };
}
