import { describe, expect, it } from 'vitest';
import { unreachableCode } from '../../../shared/rotation/network.ts';

describe('what the code of a failed way to a server tells', () => {
  it.each([
    ['ENOTFOUND', 'UNREACHABLE_DNS'],
    ['EAI_AGAIN', 'UNREACHABLE_DNS'],
    ['CERT_HAS_EXPIRED', 'UNREACHABLE_TLS'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'UNREACHABLE_TLS'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'UNREACHABLE_TLS'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'UNREACHABLE_TLS'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'UNREACHABLE_TLS'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'UNREACHABLE_TLS'],
    ['EPROTO', 'UNREACHABLE_TLS'],
    ['ECONNRESET', 'CONNECTION_LOST'],
    ['EPIPE', 'CONNECTION_LOST'],
    ['ECONNREFUSED', 'UNREACHABLE_TCP'],
    ['ETIMEDOUT', 'UNREACHABLE_TCP'],
    ['EHOSTUNREACH', 'UNREACHABLE_TCP'],
    ['ERR_HTTP2_INVALID_CA', 'UNREACHABLE_TCP'],
    ['', 'UNREACHABLE_TCP'],
  ])('%s is %s', (code, expected) => {
    expect(unreachableCode(code)).toBe(expected);
  });
});
