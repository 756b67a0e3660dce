import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { interruption } from '../terminal/interruption.ts';
import { allowLeavingReaders } from '../terminal/output.ts';
import { complain, known, parseOptions, UsageError } from '../terminal/usage.ts';
import { startSandboxPage } from './page/sandbox-page.ts';
import { type Sandbox, startSandbox } from './sandbox.ts';
import { applicationUser, createSeed, type Seed } from './seed.ts';
import { tryLogin } from './servers/postgres/client.ts';
import { type PostgresServer, startPostgres } from './servers/postgres/server.ts';

const help = `Usage: npm run sandbox -- [--port 4566] [--database postgres|none]

Secrets Manager, Parameter Store, EventBridge Scheduler, SNS, RDS, Lambda and its logs on one port of this machine, and
a PostgreSQL whose users can be rotated.

  --port N         where to listen on 127.0.0.1; 4566 when absent, 0 for any free one
  --database NAME  postgres (starts one, with TLS and SCRAM) or none
  --help           this text

Exit status 2 for a mistake on the command line.

Besides the services, under /_sandbox (JSON, no credentials needed):
  POST reset              empties everything; registered functions stay (also POST /moto-api/reset)
  GET  health             {"status":"ok"}
  POST functions          {"name":"my-rotator","endpoint":"http://127.0.0.1:9000"}: a rotation function behind a Lambda
                          Invoke API; "functionName" when it has another name there, "region" when it is in one only
  GET  requests, messages, rotations   the calls so far, what was published, what happened in rotations
  POST rotations/retry    {"SecretId":"app"}: repeats an unfinished rotation
  POST rotations/due      {"until":"2030-01-01T00:00:00Z"}: rotates each secret whose window opens by then, once
  POST faults             {"rules":[{"operation":"PutSecretValue","action":"cut","when":"after"}]}
  POST rds                {"instances":[...],"clusters":[...]}: what the Describe calls answer
  POST scheduler/run      {"name":"nightly"}: as if its time had come; {"until":"2030-01-01T00:00:00Z"}: all that is due
                          by then; {"executionId":"..."}: the same delivery once more
  POST ssm/clock          {"until":"...","deliverTo":"my-function"}: parameter policies that are due by then
  GET  scheduler, ssm/events           what came due; what EventBridge saw of parameters

Environment:
  AWS_ENDPOINT_URL_LAMBDA  a Lambda Invoke API that is asked for functions that are not registered here
`;

const clockMs = 1_000;
const bundle = fileURLToPath(new URL('../dist/postgres/index.mjs', import.meta.url));
const singleUserFunction = 'rekey-postgres-single-user';
const exportsByFunction = {
  [singleUserFunction]: 'singleUser',
  'rekey-postgres-alternating-users': 'alternatingUsers',
};

main().catch((error: NodeJS.ErrnoException & { port?: number }) => {
  const isTaken = error.code === 'EADDRINUSE';
  complain(isTaken ? new Error(`port ${error.port} is in use: choose another one with --port`) : error);
});

async function main(): Promise<void> {
  const options = asked();
  if (options.help) {
    process.stdout.write(help);
    return;
  }
  const stopped = once(interruption(), 'abort');
  allowLeavingReaders();
  const { AWS_ENDPOINT_URL_LAMBDA: lambdaEndpoint } = process.env;
  let seed: Seed | undefined;
  let database: PostgresServer | undefined;
  let clock: NodeJS.Timeout | undefined;
  let page: Awaited<ReturnType<typeof startSandboxPage>> | undefined;
  const sandbox = await startSandbox({
    port: options.port,
    ...(lambdaEndpoint && { lambdaEndpoint }),
    afterReset: async () => seed?.plant(),
  });
  try {
    database = options.database === 'postgres' ? await startPostgres() : undefined;
    seed = createSeed(sandbox, database);
    await seed.plant();
    registerFunctions(sandbox, seed, database);
    page = await startSandboxPage({
      sandbox,
      newValue: async (kind) => seed?.value(kind === 'parameter' ? 'reports' : undefined),
      open: (value) => database && tryLogin(database, value),
    });
    process.stdout.write(greeting(sandbox, seed, database, page.url));
    clock = setInterval(() => void strike(sandbox), clockMs);
    await stopped;
  } finally {
    clearInterval(clock);
    await page?.close();
    await sandbox.close();
    await database?.stop();
  }
}

/** Schedules, rotations and parameter policies by the clock, for a human who watches. */
async function strike(sandbox: Sandbox): Promise<void> {
  try {
    await Promise.all([sandbox.scheduler.due(), sandbox.ssm.tick(), sandbox.secretsManager.rotateDue()]);
  } catch (error) {
    console.error('a schedule, a rotation or a parameter policy failed', error);
  }
}

function asked() {
  const hint = 'npm run sandbox -- --help lists the options';
  const { port, database, help } = parseOptions(
    {
      port: { type: 'string', default: '4566' },
      database: { type: 'string', default: 'postgres' },
      help: { type: 'boolean', default: false },
    },
    hint,
  );
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) throw new UsageError(`--port ${port}: not a port`, hint);
  known('database', database, ['postgres', 'none']);
  return { port: Number(port), database, help };
}

function registerFunctions(sandbox: Sandbox, seed: Seed, database: PostgresServer | undefined): void {
  if (!existsSync(bundle)) return;
  const env = async (region: string) => ({
    NOTIFICATION_TOPIC_ARN: await seed.topicIn(region),
    ...(database && { DATABASE_CA_BUNDLE: database.caFile }),
  });
  for (const [name, exported] of Object.entries(exportsByFunction)) {
    sandbox.functions.register(name, { file: bundle, export: exported, mode: 'warm', env });
  }
}

function greeting(sandbox: Sandbox, seed: Seed, database: PostgresServer | undefined, page: string): string {
  const { url, functions } = sandbox;
  const names = functions.names();
  const aws = `aws --endpoint-url ${url}`;
  const rotate = functions.find(singleUserFunction) ?? 'ARN';
  return [
    `sandbox ready on ${url}`,
    '',
    'To look at it, in a browser (the address works once):',
    '',
    `  ${page}`,
    '',
    ...(database
      ? [`PostgreSQL ${database.version} on ${database.host}:${database.port}, CA in ${database.caFile}`]
      : []),
    names.length > 0 ? `functions: ${names.join(', ')}` : 'no functions: npm run build makes dist/postgres/index.mjs',
    '',
    'To try, in another terminal (any credentials will do, signatures are not checked):',
    '',
    `  export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_DEFAULT_REGION=${sandbox.account.region}`,
    ...(seed.secretFile
      ? [
          `  ${aws} secretsmanager create-secret --name ${applicationUser} --secret-string file://${seed.secretFile}`,
          `  ${aws} secretsmanager rotate-secret --secret-id ${applicationUser} --rotation-lambda-arn ${rotate} --rotation-rules AutomaticallyAfterDays=30`,
          `  ${aws} secretsmanager describe-secret --secret-id ${applicationUser}`,
          `  ${aws} secretsmanager get-secret-value --secret-id ${applicationUser}`,
          `  curl ${url}/_sandbox/messages`,
        ]
      : [`  ${aws} secretsmanager create-secret --name ${applicationUser} --secret-string file://value.json`]),
    '',
    'Ctrl-C stops it.',
    '',
  ].join('\n');
}
