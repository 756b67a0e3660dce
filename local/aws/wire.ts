import type { AwsError } from './aws-error.ts';

export interface WireRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
  readonly requestId: string;
}

export interface WireAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
}

/** A request that a protocol has recognised: what is asked, and how to answer it. */
export interface WireCall {
  readonly service: string;
  readonly operation: string;
  /** Throws AwsError, which the front hands to `failure`. */
  run(): Promise<WireAnswer>;
  failure(error: AwsError): WireAnswer;
  /** How this protocol spells the failures that the front makes by itself. */
  readonly codes: { readonly throttled: string; readonly internal: string };
}

/** Undefined when the request is not of this protocol. */
export type Protocol = (request: WireRequest) => WireCall | undefined;

export const json = (status: number, value: unknown): WireAnswer => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(value),
});
