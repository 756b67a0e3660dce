/** Checks a signature: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html */
import { createHash, createHmac } from 'node:crypto';
import type { DoubleRequest } from '../double.ts';

export interface Signed {
  readonly accessKeyId: string;
  readonly service: string;
  readonly region: string;
  /** Was it made with this secret access key? */
  isBy(secret: string): boolean;
}

/** Undefined when there is none. Requests of the query protocol: one path, no query string. */
export function signedBy({ method, path, headers, text }: DoubleRequest): Signed | undefined {
  const given =
    /Credential=([^/]+)\/(\d+)\/([^/]+)\/([^/]+)\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=(\w+)/.exec(
      headers.authorization ?? '',
    );
  if (given === null) return undefined;
  const [, accessKeyId = '', day = '', region = '', service = '', names = '', signature = ''] = given;
  const lines = names.split(';').map((name) => `${name}:${String(headers[name]).trim().replace(/ +/g, ' ')}\n`);
  const request = [method, path, '', lines.join(''), names, sha256(text)].join('\n');
  const scope = `${day}/${region}/${service}/aws4_request`;
  const toSign = ['AWS4-HMAC-SHA256', String(headers['x-amz-date']), scope, sha256(request)].join('\n');
  return {
    accessKeyId,
    service,
    region,
    isBy(secret) {
      const key = [day, region, service, 'aws4_request'].reduce<Buffer>(
        (inner, part) => createHmac('sha256', inner).update(part).digest(),
        Buffer.from(`AWS4${secret}`),
      );
      return createHmac('sha256', key).update(toSign).digest('hex') === signature;
    },
  };
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
