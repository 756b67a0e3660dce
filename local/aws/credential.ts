import type { WireRequest } from './wire.ts';

/** What a signature says about its maker. Signatures are not checked here: the scope names service and region, and that is all that is needed. */
export interface Credential {
  readonly accessKeyId: string;
  readonly region: string;
  readonly service: string;
}

/** Undefined when the request is not signed at all. */
export function readCredential(request: WireRequest): Credential | undefined {
  const header = request.headers.authorization;
  const signed = typeof header === 'string' ? /Credential=([^,\s]+)/.exec(header)?.[1] : undefined;
  const scope = signed ?? request.query.get('X-Amz-Credential');
  if (!scope) return undefined;
  const [accessKeyId = '', , region = '', service = ''] = scope.split('/');
  return { accessKeyId, region, service };
}
