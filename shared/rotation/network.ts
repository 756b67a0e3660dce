/** What Node's code of a failed way to a server tells: one reading for AWS, for providers, and for what a database's driver hands on. */
import type { ErrorCode } from './errors.ts';

/** OpenSSL's codes, and Node's own for TLS: https://nodejs.org/api/tls.html#x509-certificate-error-codes */
const TLS = /^(CERT_|ERR_TLS_|ERR_SSL_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|HOSTNAME_MISMATCH|INVALID_CA|EPROTO)/;
const DNS = new Set(['ENOTFOUND', 'EAI_AGAIN']);
const LOST = new Set(['ECONNRESET', 'EPIPE']);

export type UnreachableCode = Extract<
  ErrorCode,
  'UNREACHABLE_DNS' | 'UNREACHABLE_TCP' | 'UNREACHABLE_TLS' | 'CONNECTION_LOST'
>;

/** @example unreachableCode('CERT_HAS_EXPIRED') // 'UNREACHABLE_TLS' */
export function unreachableCode(code: string): UnreachableCode {
  if (DNS.has(code)) return 'UNREACHABLE_DNS';
  if (TLS.test(code)) return 'UNREACHABLE_TLS';
  return LOST.has(code) ? 'CONNECTION_LOST' : 'UNREACHABLE_TCP';
}
