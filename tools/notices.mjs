// What others wrote of a bundle, by what the bundler says is inside: their licences, and a list for machines (CycloneDX).
import { readdirSync, readFileSync } from 'node:fs';
import { inRoot } from './project.mjs';

/** What others made and no package brings, by the file that holds it and that begins with what its licence asks to be said. */
const MATERIAL = {
  'shared/generated/word-list.ts': {
    name: 'eff-short-word-list',
    version: '2016',
    license: 'CC-BY-4.0',
    author: 'Joseph Bonneau and the Electronic Frontier Foundation',
  },
};

/** Files that lie beside a bundle. The same bundle makes the same bytes: no time, no serial number. */
export function noticesOf(name, metafile) {
  const inputs = inputsOf(metafile);
  const packages = [...packagesIn(inputs), ...materialIn(inputs)];
  return {
    'THIRD-PARTY-NOTICES.txt': notices(packages),
    'sbom.cdx.json': `${JSON.stringify(bom(name, packages))}\n`,
  };
}

/** Files of which at least a byte is in it. */
const inputsOf = ({ outputs }) =>
  Object.values(outputs)
    .flatMap(({ inputs }) => Object.entries(inputs))
    .flatMap(([input, { bytesInOutput }]) => (bytesInOutput > 0 ? [input] : []));

/** Once for each version. */
function packagesIn(inputs) {
  const folders = inputs.flatMap((input) => /.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0] ?? []);
  const found = [...new Set(folders)].map((folder) => {
    const { name, version, license, author } = JSON.parse(readFileSync(inRoot(folder, 'package.json'), 'utf8'));
    if (typeof license !== 'string') throw new Error(`${name} does not say what its licence is`);
    return { name, version, license, author: author?.name ?? author, ...termsIn(inRoot(folder)) };
  });
  const byName = new Map(found.map((one) => [`${one.name}@${one.version}`, one]));
  return [...byName.entries()].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one);
}

const materialIn = (inputs) =>
  Object.entries(MATERIAL)
    .filter(([file]) => inputs.includes(file))
    .map(([file, made]) => ({ ...made, isData: true, text: headOf(readFileSync(inRoot(file), 'utf8')), notice: '' }));

/** The comment that a file begins with. */
const headOf = (source) =>
  source
    .slice(0, source.indexOf('*/'))
    .replace(/^\/?[ *]+/gm, '')
    .trim();

/** What a licence asks to be passed on: its text and, where there is one, the notice. */
function termsIn(folder) {
  const files = readdirSync(folder).toSorted();
  const all = (named) =>
    files
      .filter((file) => named.test(file))
      .map((file) => readFileSync(`${folder}/${file}`, 'utf8').trim())
      .join('\n\n');
  return { text: all(/^(licen[cs]e|copying)/i), notice: all(/^notice/i) };
}

/** Each text once, after the packages and the copyright lines that it goes with. */
function notices(packages) {
  const groups = new Map();
  for (const { name, version, license, author, text } of packages) {
    const body =
      withoutOwners(text) || `${license}, by ${author ?? 'its authors'}. The package has no text of its licence.`;
    const key = body.replace(/\s+/g, ' ');
    const group = groups.get(key) ?? { body, of: [] };
    group.of.push(`${name} ${version} (${[license, ...ownersIn(text)].join(', ')})`);
    groups.set(key, group);
  }
  const parts = [
    ...[...groups.values()].map(({ body, of }) => `${of.join('\n')}\n\n${body}\n`),
    ...packages.filter(({ notice }) => notice).map((one) => `${one.name} ${one.version} says\n\n${one.notice}\n`),
  ];
  const head = 'This program holds code of others. What it does not use of them was taken out.';
  return `${head}\n\n${parts.join(`\n${'-'.repeat(72)}\n\n`)}`;
}

const isOwner = (line) => /^\s*(copyright|\(c\)|©)\s.*\d{4}/i.test(line);
const ownersIn = (text) =>
  text
    .split('\n')
    .filter(isOwner)
    .map((line) => line.trim());

/** The appendix of Apache-2.0 says how to use it for one's own work. */
function withoutOwners(text) {
  const [terms = ''] = text.split(/^\s*END OF TERMS AND CONDITIONS$/m);
  return terms
    .split('\n')
    .filter((line) => !isOwner(line))
    .map((line) => line.trimEnd())
    .join('\n')
    .trim();
}

/** https://cyclonedx.org/docs/1.6/json/ */
function bom(name, packages) {
  const { version, license } = JSON.parse(readFileSync(inRoot('package.json'), 'utf8'));
  const licensed = (id) => [/^[\w.-]+$/.test(id) ? { license: { id } } : { expression: id }];
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: { component: { type: 'application', name: `rekey-${name}`, version, licenses: licensed(license) } },
    components: packages.map((one) => ({
      type: one.isData ? 'data' : 'library',
      name: one.name,
      version: one.version,
      licenses: licensed(one.license),
      ...(!one.isData && { purl: `pkg:npm/${one.name.replace('@', '%40')}@${one.version}` }),
    })),
  };
}
