/** The server that MONGODB_URI names, `mongodb://user:password@host:port/`. Nothing else of the URI is ever shown. */
import { readFileSync } from 'node:fs';
import { rootCertificates } from 'node:tls';
import type { LocalServer } from '../local-server.ts';

export type ServerAtUri = Omit<LocalServer, 'stop'>;

/**
 * Undefined where the variable is not set. Verified TLS: by the PEM file MONGODB_CA_FILE, or else (`caFile` is empty) by the public
 * authorities that Node knows. Its user administers users.
 */
export function serverAtUri(environment: NodeJS.ProcessEnv = process.env): ServerAtUri | undefined {
  const { MONGODB_URI: text, MONGODB_CA_FILE: caFile = '' } = environment;
  if (text === undefined) return undefined;
  // Node's own error would have all of it.
  const uri = URL.canParse(text) ? new URL(text) : undefined;
  if (uri?.protocol !== 'mongodb:' || uri.username === '' || uri.password === '') {
    throw new Error('MONGODB_URI is not mongodb://user:password@host:port/ with one host');
  }
  return {
    host: uri.hostname,
    port: Number(uri.port || 27017),
    superuser: { username: decodeURIComponent(uri.username), password: decodeURIComponent(uri.password) },
    ca: caFile === '' ? rootCertificates.join('\n') : readFileSync(caFile, 'utf8'),
    caFile,
  };
}
