/** The certificates that a server may be vouched for by: the system's roots, Amazon's for RDS, and the owner's own. */
import { readFile } from 'node:fs/promises';
import { createSecureContext, rootCertificates } from 'node:tls';
import { rdsRoots } from '../aws/rds-roots.ts';
import { ConfigurationError } from '../rotation/errors.ts';
import type { Trust } from '../rotation/strategy.ts';

let made: { key: string; trust: Promise<Trust> } | undefined;

/** Made once per process and bundle. Throws ConfigurationError when the bundle cannot be used. */
export function trustFor(region: string, caBundle: string | undefined): Promise<Trust> {
  const key = `${region} ${caBundle ?? ''}`;
  if (made?.key !== key) {
    const trust = makeTrust(region, caBundle);
    made = { key, trust };
    trust.catch(() => {
      made = undefined;
    });
  }
  return made.trust;
}

async function makeTrust(region: string, caBundle: string | undefined): Promise<Trust> {
  const own = caBundle === undefined ? [] : await certificatesIn(caBundle);
  const roots = [...rootCertificates, ...(await rdsRoots(region)), ...own];
  try {
    return { roots, secureContext: createSecureContext({ ca: roots, minVersion: 'TLSv1.2' }) };
  } catch (error) {
    throw unusableBundle(caBundle ?? '', 'a certificate in it is broken', error);
  }
}

async function certificatesIn(path: string): Promise<string[]> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw unusableBundle(path, 'it cannot be read', error);
  }
  const found = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g);
  if (found === null) throw unusableBundle(path, 'it holds no PEM certificate');
  return found;
}

function unusableBundle(path: string, fact: string, cause?: unknown): ConfigurationError {
  return new ConfigurationError(`DATABASE_CA_BUNDLE names ${path}: ${fact}`, {
    hint: 'package a PEM file of CA certificates with the function, and name its path (/var/task/… on Lambda)',
    cause,
  });
}
