// Writes shared/aws/rds-roots/<region>.pem from bundles of AWS: node tools/rds-roots.mjs global-bundle.pem …
// Where AWS has them, one for each partition: docs/deploying.md. A region that no given bundle names keeps its file.
// Left out: intermediates, what has expired, and Amazon's beta and preview environments.
import { X509Certificate } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../shared/aws/rds-roots/', import.meta.url));

const regions = new Map();
for (const file of process.argv.slice(2)) {
  for (const pem of readFileSync(file, 'utf8').match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ??
    []) {
    const certificate = new X509Certificate(pem);
    const region = /CN=Amazon RDS ((?:[a-z]+-)+\d) Root CA \w+ G\d+$/m.exec(certificate.subject)?.[1];
    const isRoot = certificate.checkIssued(certificate) && certificate.verify(certificate.publicKey);
    if (region === undefined || !isRoot || Date.parse(certificate.validTo) < Date.now()) continue;
    regions.set(region, [...(regions.get(region) ?? []), certificate]);
  }
}

mkdirSync(folder, { recursive: true });
for (const [region, certificates] of regions) {
  const sorted = certificates.toSorted((a, b) => a.subject.localeCompare(b.subject));
  writeFileSync(`${folder}${region}.pem`, sorted.map((certificate) => certificate.toString()).join(''));
}
console.log(`${regions.size} regions written to shared/aws/rds-roots`);
