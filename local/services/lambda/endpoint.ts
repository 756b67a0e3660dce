import { fromJson, isObject } from '../../aws/json-text.ts';
import { failed, type InvokeOutcome } from '../../aws/service.ts';
import { describeError } from './definition.ts';

/** No function runs longer. https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const longestMs = 15 * 60 * 1000;

/** Invokes a function through a Lambda Invoke API at another address. */
export async function invokeAt(endpoint: string, name: string, event: unknown, region: string): Promise<InvokeOutcome> {
  const url = `${endpoint.replace(/\/+$/, '')}/2015-03-31/functions/${encodeURIComponent(name)}/invocations`;
  try {
    const response = await fetch(url, {
      method: 'POST',
      redirect: 'error',
      headers: {
        'content-type': 'application/json',
        'x-amz-invocation-type': 'RequestResponse',
        // Nobody there checks a signature, but some want to see one.
        authorization: `AWS4-HMAC-SHA256 Credential=AKIASANDBOX/20260101/${region}/lambda/aws4_request, Signature=0`,
      },
      body: JSON.stringify(event),
      signal: AbortSignal.timeout(longestMs),
    });
    const text = await response.text();
    const said = text === '' ? null : fromJson(text);
    const payload = said === undefined ? text : said;
    if (!response.ok) return refused(url, response, payload);
    const isFailure = response.headers.has('x-amz-function-error') || isErrorPayload(payload);
    return isFailure ? { ok: false, error: toError(payload) } : { ok: true, payload };
  } catch (error) {
    const { errorMessage } = describeError((error as Error).cause ?? error);
    return failed('Sandbox.EndpointError', `no answer from ${url}: ${errorMessage}`);
  }
}

function refused(url: string, response: Response, payload: unknown): InvokeOutcome {
  const { Message, message } = fields(payload);
  const type = response.headers.get('x-amzn-errortype')?.split(':')[0] ?? 'Sandbox.EndpointError';
  return failed(type, `HTTP ${response.status} from ${url}: ${Message ?? message ?? ''}`);
}

/** The runtime interface emulator answers a failed function with 200 and no error header; only the body tells. */
function isErrorPayload(payload: unknown): boolean {
  const { errorType, errorMessage } = fields(payload);
  return typeof errorMessage === 'string' && typeof errorType === 'string';
}

function toError(payload: unknown) {
  const { errorType, errorMessage, trace, stackTrace } = fields(payload);
  const lines = trace ?? stackTrace;
  return {
    errorType: typeof errorType === 'string' ? errorType : 'Unhandled',
    errorMessage: typeof errorMessage === 'string' ? errorMessage : JSON.stringify(payload ?? null),
    ...(Array.isArray(lines) && { trace: lines.map(String) }),
  };
}

const fields = (payload: unknown) => (isObject(payload) ? payload : {});
