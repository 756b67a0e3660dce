import { AwsError } from '../aws-error.ts';
import { type Credential, readCredential } from '../credential.ts';
import { json, type WireAnswer, type WireCall, type WireRequest } from '../wire.ts';

interface RestCall extends Pick<WireCall, 'service' | 'operation' | 'codes'> {
  /** Where the service throttles with another status than its other refusals have. */
  readonly throttledStatus?: number;
  /** What the body says of an error; the code is in a header. */
  errorBody(error: AwsError): Record<string, unknown>;
  run(credential: Credential): Promise<WireAnswer>;
}

/** AWS REST JSON: the operation is in method and path. https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html */
export function restCall(request: WireRequest, { throttledStatus, errorBody, run, ...call }: RestCall): WireCall {
  return {
    ...call,
    failure: (error) => {
      const status = error.code === call.codes.throttled ? throttledStatus : undefined;
      const answer = json(status ?? error.status, errorBody(error));
      return { ...answer, headers: { ...answer.headers, 'x-amzn-errortype': error.code } };
    },
    run: async () => {
      const credential = readCredential(request);
      if (!credential) throw new AwsError('MissingAuthenticationTokenException', 'Missing Authentication Token', 403);
      return run(credential);
    },
  };
}

/** A part of a path; undefined when it is not well encoded. */
export function decodePart(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
