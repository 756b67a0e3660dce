import { readdir, readFile } from 'node:fs/promises';

/** Amazon's own RDS roots inside Lambda's Node runtimes: https://docs.aws.amazon.com/lambda/latest/dg/lambda-nodejs.html */
const runtimeFile = '/var/runtime/ca-cert.pem';

/** One file a region, in the form of Amazon's `<region>-bundle.pem`. The bundler copies this folder beside the code. */
const folder = new URL('./rds-roots/', import.meta.url);

/**
 * The roots that sign the certificates of RDS, Aurora, DocumentDB and Redshift servers in `region`, as PEM, for `ca` of a TLS connection.
 * RDS Proxy uses Amazon's public roots, which are not repeated here: add `tls.rootCertificates`.
 *
 * A region without a file (those of China, and what is younger than this list) gets all roots there are, and those of the Lambda
 * runtime. Where that is not enough, DATABASE_CA_BUNDLE names a file with more.
 */
export async function rdsRoots(region: string): Promise<readonly string[]> {
  const known = /^[a-z0-9-]+$/.test(region) ? await certificates(new URL(`${region}.pem`, folder)) : [];
  if (known.length > 0) return known;

  const files = await readdir(folder).catch(() => []);
  const everywhere = await Promise.all(
    files.filter((file) => file.endsWith('.pem')).map((file) => certificates(new URL(file, folder))),
  );
  return [...everywhere.flat(), ...(await certificates(runtimeFile))];
}

/** No file means no certificates: a deployment carries its own region's file only. */
async function certificates(file: URL | string): Promise<string[]> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----\n?/g) ?? [];
}
