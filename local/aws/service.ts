export interface CallContext {
  readonly accessKeyId?: string;
  readonly region: string;
}

/** One AWS service: takes the parsed input of an operation, gives the parsed output; throws AwsError. `undefined` output = empty body. */
export interface Service {
  readonly name: 'secretsmanager' | 'sns' | 'rds' | 'lambda' | 'ssm' | 'scheduler' | 'sts' | 'logs';
  call(
    operation: string,
    input: Record<string, unknown>,
    context: CallContext,
  ): Promise<Record<string, unknown> | undefined>;
  reset(): void;
}

/** What the account looks like; one object shared by all services. */
export interface Account {
  readonly accountId: string;
  readonly partition: 'aws';
  readonly region: string;
  /** Epoch milliseconds; tests may move it. */
  now(): number;
}

/** `resource` as the service spells it: `function:rotator`. IAM and others without regions give an empty one. */
export function arnOf(account: Account, service: string, resource: string, region = account.region): string {
  return `arn:${account.partition}:${service}:${region}:${account.accountId}:${resource}`;
}

/** The account as one region's endpoints see it. */
export const inRegion = (account: Account, region: string): Account => ({
  ...account,
  region,
  now: () => account.now(),
});

/** The region that an ARN names. */
export const regionOf = (arn: string): string => arn.split(':')[3] ?? '';

/** How Secrets Manager reaches rotation functions. */
export interface RotationFunctions {
  /** The function's ARN when it is known in the region (that of the ARN given) and may be invoked, else undefined. */
  find(nameOrArn: string, region?: string): string | undefined;
  invoke(nameOrArn: string, event: Record<string, unknown>, region?: string): Promise<InvokeOutcome>;
}

/** What a process of a function wrote. */
export interface LogLine {
  readonly eventId: string;
  /** Epoch milliseconds. */
  readonly timestamp: number;
  readonly message: string;
  /** One for each process. */
  readonly logStreamName: string;
  readonly region: string;
}

/** How the log of a function is read: undefined where there is no such function in the region. */
export interface FunctionLogs {
  lines(name: string, region: string): readonly LogLine[] | undefined;
}

export type InvokeOutcome =
  | { ok: true; payload: unknown }
  | { ok: false; error: { errorType: string; errorMessage: string; trace?: string[] } };

/** An invocation that failed with this error. */
export const failed = (errorType: string, errorMessage: string): InvokeOutcome & { ok: false } => ({
  ok: false,
  error: { errorType, errorMessage },
});

/** Faults that Secrets Manager itself asks for; those of the wire live in the HTTP front. */
export interface SecretsManagerFaults {
  /** How many further reads after a write still see the state before it (eventual consistency), 0 = none. */
  readonly staleReads: number;
  /** Deliver this step twice at the same moment? Consumed when true. */
  deliverTwice(step: string): boolean;
}
