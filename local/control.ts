import type { DBCluster, DBInstance } from '@aws-sdk/client-rds';
import { z } from 'zod';
import { AwsError } from './aws/aws-error.ts';
import type { FaultRule, Faults } from './aws/faults.ts';
import type { RequestLog } from './aws/requests.ts';
import { json, type WireAnswer, type WireRequest } from './aws/wire.ts';
import { loopbackUrl } from './loopback.ts';
import type { Functions } from './services/lambda/functions.ts';
import type { RdsService } from './services/rds/service.ts';
import type { SchedulerService } from './services/scheduler/service.ts';
import type { SecretsManagerService } from './services/secrets-manager/service.ts';
import type { SnsService } from './services/sns/service.ts';
import type { SsmService } from './services/ssm/service.ts';

/** What both a host program and its routes reach. */
export interface Services {
  readonly secretsManager: SecretsManagerService;
  readonly sns: SnsService;
  readonly rds: RdsService;
  readonly ssm: SsmService;
  readonly scheduler: SchedulerService;
  readonly functions: Functions;
  readonly faults: Faults;
}

interface Controlled extends Services {
  readonly requests: RequestLog;
  reset(): Promise<void>;
}

const faultRule = z.strictObject({
  service: z.string().optional(),
  operation: z.string().optional(),
  caller: z.string().optional(),
  nth: z.int().positive().optional(),
  times: z.int().positive().optional(),
  action: z.enum(['cut', 'error', 'throttle', 'delay', 'kill', 'hang']),
  when: z.enum(['before', 'after']).optional(),
  delayMs: z.number().nonnegative().optional(),
});
const faultsBody = z.strictObject({
  rules: z.array(faultRule).default([]),
  staleReads: z.int().nonnegative().optional(),
  /** How many deliveries of each step happen twice. */
  deliverTwice: z.record(z.string(), z.int().positive()).default({}),
});
/** By address only: a file to run is named by the host program, never over the wire. */
const functionBody = z.strictObject({
  name: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/),
  endpoint: z.string().refine((text) => loopbackUrl(text) !== undefined, 'must be an http address on this machine'),
  functionName: z.string().optional(),
  region: z.string().optional(),
});
const rdsBody = z.strictObject({
  instances: z.array(z.looseObject({ DBInstanceIdentifier: z.string() })).default([]),
  clusters: z.array(z.looseObject({ DBClusterIdentifier: z.string() })).default([]),
});
const retryBody = z.strictObject({ SecretId: z.string() });
/** A moment, as a date or in epoch milliseconds. */
const moment = z.union([z.number(), z.iso.datetime({ offset: true }).transform((text) => Date.parse(text))]);
const dueBody = z.strictObject({ until: moment.optional() });
const clockBody = z.strictObject({ until: moment.optional(), deliverTo: z.string().optional() });
const runBody = z.union([
  z.strictObject({ name: z.string(), group: z.string().optional(), region: z.string().optional() }),
  z.strictObject({ executionId: z.string() }),
  dueBody,
]);

/** The sandbox's own routes, for suites in any language. They ask for no signature. */
export function controlRoutes(sandbox: Controlled): (request: WireRequest) => Promise<WireAnswer> | undefined {
  const { functions, faults } = sandbox;
  const ok = { status: 'ok' };
  const done = (act: (body: unknown) => unknown) => async (body: unknown) => {
    await act(body);
    return ok;
  };
  const reset = done(sandbox.reset);
  const routes: Readonly<Record<string, (body: unknown) => unknown>> = {
    'GET /_sandbox/health': () => ok,
    'POST /_sandbox/reset': reset,
    // Suites that were written for moto's server mode call this one.
    'POST /moto-api/reset': reset,
    'GET /_sandbox/requests': () => sandbox.requests.list,
    'GET /_sandbox/messages': () => sandbox.sns.messages,
    'GET /_sandbox/rotations': () => sandbox.secretsManager.history,
    'POST /_sandbox/rotations/retry': done((body) =>
      sandbox.secretsManager.retryRotation(retryBody.parse(body).SecretId),
    ),
    'POST /_sandbox/rotations/due': (body) => sandbox.secretsManager.rotateDue(dueBody.parse(body).until),
    'GET /_sandbox/functions': () => functions.names().map((name) => ({ name, arn: functions.find(name) })),
    'POST /_sandbox/functions': (body) => {
      const { name, endpoint, functionName, region } = functionBody.parse(body);
      return { arn: functions.register(name, { endpoint, ...(functionName && { functionName }) }, region) };
    },
    'GET /_sandbox/faults': () => ({ rules: faults.pending(), staleReads: faults.staleReads }),
    'POST /_sandbox/faults': done((body) => {
      const { rules, staleReads, deliverTwice } = faultsBody.parse(body);
      faults.add(...(rules as FaultRule[]));
      if (staleReads !== undefined) faults.staleReads = staleReads;
      for (const [step, times] of Object.entries(deliverTwice)) faults.deliverStepTwice(step, times);
    }),
    'DELETE /_sandbox/faults': done(() => faults.clear()),
    'GET /_sandbox/ssm/events': () => sandbox.ssm.events,
    'POST /_sandbox/ssm/clock': (body) => {
      const { until, deliverTo } = clockBody.parse(body);
      if (deliverTo !== undefined) sandbox.ssm.onPolicyAction(deliverTo);
      return sandbox.ssm.tick(until);
    },
    'GET /_sandbox/scheduler': () => sandbox.scheduler.executions,
    'POST /_sandbox/scheduler/run': async (body) => {
      const wanted = runBody.parse(body);
      if ('name' in wanted) return [await sandbox.scheduler.run(wanted.name, wanted.group, wanted.region)];
      if ('executionId' in wanted) return [await sandbox.scheduler.redeliver(wanted.executionId)];
      return sandbox.scheduler.due(wanted.until);
    },
    'POST /_sandbox/rds': done((body) => {
      const { instances, clusters } = rdsBody.parse(body);
      sandbox.rds.tell({ instances: instances as DBInstance[], clusters: clusters as DBCluster[] });
    }),
  };
  return (request) => {
    if (!/^\/(_sandbox|moto-api)\//.test(request.path)) return undefined;
    const route = routes[`${request.method} ${request.path}`];
    return route ? answer(route, request) : Promise.resolve(json(404, { message: 'no such route' }));
  };
}

async function answer(route: (body: unknown) => unknown, request: WireRequest): Promise<WireAnswer> {
  try {
    return json(200, await route(request.body.length > 0 ? JSON.parse(request.body.toString()) : {}));
  } catch (error) {
    if (error instanceof z.ZodError) return json(400, { message: z.prettifyError(error) });
    if (error instanceof SyntaxError) return json(400, { message: 'the body is not JSON' });
    if (error instanceof AwsError) return json(error.status, { code: error.code, message: error.message });
    console.error(`${request.method} ${request.path} failed`, error);
    return json(500, { message: 'an internal error occurred' });
  }
}
