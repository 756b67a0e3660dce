import { failed } from '../../aws/service.ts';

/** A handler in this process. It can't be killed, and signs with whatever credentials its own clients have. */
export interface HandlerFunction {
  readonly handler: (...parameters: never[]) => unknown;
  readonly timeoutSeconds?: number;
}

/** A function behind a Lambda Invoke API: the runtime interface emulator, serverless-offline, a container. */
export interface EndpointFunction {
  readonly endpoint: string;
  /** Its name over there, this one's name when absent. The runtime interface emulator calls everything `function`. */
  readonly functionName?: string;
}

export type Environment = Readonly<Record<string, string>>;

/** A bundle that runs in a process of its own, as on Lambda. */
export interface FileFunction {
  readonly file: string;
  readonly export: string;
  /** What its environment has besides; made anew for each process where it depends on the region. */
  readonly env?: Environment | ((region: string) => Promise<Environment>);
  /** warm: processes are used again. cold: a fresh process for every invocation. */
  readonly mode?: 'warm' | 'cold';
  readonly timeoutSeconds?: number;
}

export type FunctionDefinition = HandlerFunction | EndpointFunction | FileFunction;

export interface InvocationContext {
  readonly awsRequestId: string;
  readonly functionName: string;
  readonly functionVersion: '$LATEST';
  readonly invokedFunctionArn: string;
  readonly memoryLimitInMB: string;
  readonly logGroupName: string;
  readonly logStreamName: string;
}

/** Lambda's own default is three seconds; rotation functions are set to thirty, as AWS's templates are. */
export const defaultTimeoutSeconds = 30;

/** https://docs.aws.amazon.com/lambda/latest/dg/nodejs-exceptions.html */
export function timedOut(requestId: string, seconds: number) {
  const errorMessage = `RequestId: ${requestId} Error: Task timed out after ${seconds.toFixed(2)} seconds`;
  return failed('Sandbox.Timedout', errorMessage);
}

export function describeError(error: unknown) {
  if (!(error instanceof Error)) return { errorType: typeof error, errorMessage: String(error) };
  return { errorType: error.name, errorMessage: error.message, trace: String(error.stack).split('\n') };
}
