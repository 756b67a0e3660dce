/** Requests as an SDK would write them, for what no SDK lets a test say. */
export const signature = (service: string, region = 'us-east-1') =>
  `AWS4-HMAC-SHA256 Credential=AKIATEST/20260101/${region}/${service}/aws4_request, SignedHeaders=host, Signature=0`;

export function postJson(
  url: string,
  operation: string,
  body: string | Uint8Array,
  headers: Record<string, string> = {},
) {
  return fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': `secretsmanager.${operation}`,
      authorization: signature('secretsmanager'),
      ...headers,
    },
    body,
  });
}

export const credentials = { accessKeyId: 'AKIATEST', secretAccessKey: 'test' };

export const readJson = async <T = Record<string, unknown>>(response: Response) => (await response.json()) as T;
