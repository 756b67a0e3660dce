import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createAuthority } from '../certificates.ts';

/** What every server has that is started here. */
export interface LocalServer {
  /** The name in the certificate. Of one that is started here: localhost; it listens on 127.0.0.1, which is in it too. */
  readonly host: string;
  readonly port: number;
  /** May do everything. */
  readonly superuser: { readonly username: string; readonly password: string };
  /** PEM text, and a file with it, where there is one: else empty. */
  readonly ca: string;
  readonly caFile: string;
  stop(): Promise<void>;
}

/** On unless false; then nothing but TLS gets in. A certificate for other names, or one that expired, on request. */
export type TlsOption = boolean | { readonly names?: readonly string[]; readonly notAfter?: Date };

/** A certificate in `tls` below the folder, with its key and the authority that vouches for it. */
export function writeCertificate(folder: string, wanted: TlsOption) {
  const authority = createAuthority();
  const { certificate, key } = authority.issue(typeof wanted === 'object' ? wanted : {});
  const tls = join(folder, 'tls');
  const files = {
    tls,
    caFile: join(tls, 'ca.pem'),
    certificateFile: join(tls, 'server.crt'),
    keyFile: join(tls, 'server.key'),
  };
  mkdirSync(tls);
  writeFileSync(files.caFile, authority.ca);
  writeFileSync(files.certificateFile, certificate);
  writeFileSync(files.keyFile, key, { mode: 0o600 });
  return { ...files, ca: authority.ca, certificate, key };
}
