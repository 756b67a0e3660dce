import { describe, expect, it } from 'vitest';
import { serviceError } from '../../../shared/aws/service-error.ts';

const failed = (name: string, details: object = {}) =>
  Object.assign(new Error('the words of the SDK'), { name }, details);

describe('what an error of an AWS call means', () => {
  it.each([
    ['no rights', failed('AccessDeniedException', { $metadata: { httpStatusCode: 400 } }), 'ACCESS_DENIED', false],
    ['no credentials', failed('CredentialsProviderError'), 'ACCESS_DENIED', false],
    ['too many calls', failed('ThrottlingException', { $metadata: { httpStatusCode: 400 } }), 'THROTTLED', true],
    ['a name without an address', failed('Error', { code: 'ENOTFOUND' }), 'UNREACHABLE_DNS', true],
    ['a port that is closed', failed('Error', { code: 'ECONNREFUSED' }), 'UNREACHABLE_TCP', true],
    ['a certificate of a proxy', failed('Error', { code: 'SELF_SIGNED_CERT_IN_CHAIN' }), 'UNREACHABLE_TLS', true],
    ['a connection that ended', failed('Error', { code: 'ECONNRESET' }), 'CONNECTION_LOST', true],
    ['a time-out of the SDK', failed('TimeoutError', { code: 'ETIMEDOUT' }), 'UNREACHABLE_TCP', true],
    ['the time limit of the function', failed('AbortError'), 'DEADLINE_EXCEEDED', true],
    [
      'a fault of the service',
      failed('InternalServiceError', { $metadata: { httpStatusCode: 500 } }),
      'SERVICE_FAILED',
      true,
    ],
    ['not even an error', undefined, 'UNREACHABLE_TCP', true],
  ])('%s', (_, error, code, retryable) => {
    const told = serviceError(error, 'GetSecretValue of app');

    expect(told).toMatchObject({ code, retryable });
    expect(told.message).not.toContain('the words of the SDK');
  });
});
