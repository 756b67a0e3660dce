import { createFaults } from './aws/faults.ts';
import { awsJson } from './aws/protocols/json.ts';
import { awsQuery } from './aws/protocols/query.ts';
import { type RequestRecord, requestLog } from './aws/requests.ts';
import { startServer } from './aws/server.ts';
import type { Account, Service } from './aws/service.ts';
import { controlRoutes, type Services } from './control.ts';
import { enforced, type RoleOf } from './enforced.ts';
import { createFunctions } from './services/lambda/functions.ts';
import { lambdaRest } from './services/lambda/rest.ts';
import { cloudWatchLogs } from './services/logs/service.ts';
import { rds } from './services/rds/service.ts';
import { schedulerRest } from './services/scheduler/rest.ts';
import { scheduler } from './services/scheduler/service.ts';
import { secretsManager } from './services/secrets-manager/service.ts';
import { sns } from './services/sns/service.ts';
import { ssm } from './services/ssm/service.ts';
import { sts } from './services/sts/service.ts';

export type { RoleOf };

export interface SandboxOptions {
  /** A free one is chosen when absent. */
  readonly port?: number;
  readonly account?: Partial<Account>;
  /** A Lambda Invoke API that is asked for functions that are not registered here (`AWS_ENDPOINT_URL_LAMBDA`). */
  readonly lambdaEndpoint?: string;
  /** How often Secrets Manager repeats a failed rotation by itself, and how long it waits before it does. */
  readonly automaticRetries?: number;
  readonly retryDelayMs?: number;
  /** How long a warm process of a function waits for the next invocation before it ends. Default one minute. */
  readonly functionIdleMs?: number;
  /** What each registered function may do. A call that its role does not allow is refused; without this, none is. */
  readonly roleOf?: RoleOf;
  /** Runs after every reset: puts back what the host program wants to be there always. */
  readonly afterReset?: () => Promise<void>;
}

export interface Sandbox extends Services {
  readonly url: string;
  readonly account: Account;
  /** Every call that a service was asked for, oldest first; `caller` names the rotation function that made it. */
  readonly requests: readonly RequestRecord[];
  /** Resolves when no rotation is being driven and no message is on its way. */
  idle(): Promise<void>;
  /** Forgets everything but the registered functions, which belong to the host program. */
  reset(): Promise<void>;
  /** Ends every connection and every process. Read logs and history before. */
  close(): Promise<void>;
}

/** Secrets Manager, Parameter Store, EventBridge Scheduler, SNS, RDS, Lambda, its logs and STS on one port of this machine, speaking the services' own protocols. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const account: Account = {
    accountId: '123456789012',
    partition: 'aws',
    region: 'us-east-1',
    now: Date.now,
    ...options.account,
  };
  let port = 0;
  const url = () => `http://127.0.0.1:${port}`;
  const faults = createFaults();
  const requests = requestLog();
  const { lambdaEndpoint, functionIdleMs: idleMs, automaticRetries, retryDelayMs, roleOf } = options;
  const functions = createFunctions({ account, url, lambdaEndpoint, idleMs });
  const secrets = secretsManager({ account, functions, faults, automaticRetries, retryDelayMs });
  const services = {
    secretsManager: secrets,
    sns: sns(account, functions, url),
    rds: rds(account),
    ssm: ssm({ account, functions, faults, secretsManager: secrets }),
    scheduler: scheduler(account, functions),
  };
  const all = [...Object.values(services), sts(account, functions.callerOf), cloudWatchLogs(functions)];
  const guarded = <S extends Service>(service: S) =>
    roleOf ? enforced(service, { account, roleOf, secrets, callerOf: functions.callerOf }) : service;

  const idle = async () => {
    await services.secretsManager.idle();
    await services.sns.idle();
  };
  const reset = async () => {
    // Functions first: their death ends the rotations that still run.
    functions.reset();
    for (const service of all) service.reset();
    faults.clear();
    requests.clear();
    await options.afterReset?.();
  };
  const server = await startServer({
    port: options.port ?? 0,
    protocols: [
      awsJson(all.map(guarded), account),
      lambdaRest(functions, account),
      schedulerRest(guarded(services.scheduler), account),
      awsQuery(all.map(guarded), account),
    ],
    control: controlRoutes({ ...services, functions, faults, requests, reset }),
    faults,
    requests,
    callerOf: functions.callerOf,
    killFunction: functions.kill,
  });
  port = server.port;

  return {
    url: url(),
    account,
    ...services,
    functions,
    faults,
    requests: requests.list,
    idle,
    reset,
    close: async () => {
      // Nothing is retried from here on.
      services.secretsManager.reset();
      await functions.close();
      await server.close();
    },
  };
}
