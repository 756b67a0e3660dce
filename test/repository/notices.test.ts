/** What lies beside each bundle: the licences of what is inside, and the same for machines. */
import { globSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { run } from '../local/command.ts';
import { findTool, toolEnvironment } from '../support/tool.ts';
import { functionNames, read, root } from './files.ts';

interface Build {
  functions: Record<string, { packages: Record<string, number> }>;
}
interface Bom {
  metadata: { component: { name: string; version: string } };
  components: {
    name: string;
    version: string;
    purl: string;
    licenses: { license?: { id: string }; expression?: string }[];
  }[];
}
const { functions }: Build = JSON.parse(read('dist/build.json'));
const lock: { packages: Record<string, { version: string }> } = JSON.parse(read('package-lock.json'));
const bomOf = (name: string): Bom => JSON.parse(read(`dist/${name}/sbom.cdx.json`));
const folders = [...functionNames, 'rekey'];

const { noticesOf } = (await import(pathToFileURL(`${root}/tools/notices.mjs`).href)) as {
  noticesOf(name: string, metafile: object): Record<'THIRD-PARTY-NOTICES.txt' | 'sbom.cdx.json', string>;
};
const WORDS = 'eff-short-word-list';

describe.each(functionNames)('dist/%s', (name) => {
  const { components, metadata } = bomOf(name);
  const notices = read(`dist/${name}/THIRD-PARTY-NOTICES.txt`);
  const inside = Object.entries(functions[name]?.packages ?? {}).filter(
    ([from, bytes]) => from !== 'rekey' && bytes > 0,
  );

  it('lists every package that is inside, and no other, in the version of the lock file', () => {
    expect(metadata.component.name).toBe(`rekey-${name}`);
    const packages = components.filter((one) => one.name !== WORDS);
    expect(packages.map((one) => one.name).toSorted()).toEqual(inside.map(([from]) => from).toSorted());
    for (const one of packages) {
      const locked = Object.keys(lock.packages).filter((path) => path.endsWith(`node_modules/${one.name}`));
      expect(
        locked.map((path) => lock.packages[path]?.version),
        one.name,
      ).toContain(one.version);
    }
  });

  it('passes on the licence of each, and each text once', () => {
    expect(components.filter((one) => !notices.includes(`\n${one.name} ${one.version} (`))).toEqual([]);
    expect(notices.split('TERMS AND CONDITIONS FOR USE').length).toBe(2);
  });

  it('names the word list, its authors and what was changed, where the words are inside, and only there', () => {
    const code = globSync(`dist/${name}/*.mjs`, { cwd: root }).map((file) => read(file));
    const has = code.some((text) => text.includes('acid acorn acre'));

    expect(components.some((one) => one.name === WORDS)).toBe(has);
    expect(/Joseph Bonneau and the Electronic Frontier Foundation.*Changed: /s.test(notices)).toBe(has);
  });

  it('has nothing that asks for more than to be named', () => {
    const licences = components.flatMap((one) =>
      one.licenses.map(({ license, expression }) => license?.id ?? expression),
    );

    expect(
      licences.filter((one) => !/^(Apache-2\.0|CC-BY-4\.0|MIT|ISC|0BSD|BSD-[23]-Clause)$/.test(one ?? '')),
    ).toEqual([]);
  });
});

describe('the notices', () => {
  it('pass on what a package says in its NOTICE, though its licence is cut at the end of its terms', () => {
    const inputs = { 'node_modules/typescript/lib/version.cjs': { bytesInOutput: 1 } };
    const { 'THIRD-PARTY-NOTICES.txt': text } = noticesOf('any', { outputs: { 'index.mjs': { inputs } } });

    expect(text).toContain('This software incorporates material from third parties.');
    expect(text).not.toContain('APPENDIX: How to apply');
  });

  it('know the words in the functions that make them', () => {
    const having = functionNames.filter((name) => bomOf(name).components.some((one) => one.name === WORDS));
    expect(having).toEqual(expect.arrayContaining(['generated-value', 'parameter']));
  });
});

const python = await findTool({
  engine: 'cyclonedx',
  name: 'python3',
  parameters: ['-c', 'import cyclonedx, jsonschema, referencing; print(cyclonedx.__version__)'],
});

describe.skipIf(python === undefined)('the lists for machines', () => {
  let told = '';
  beforeAll(async () => {
    const files = folders.map((name) => `${root}/dist/${name}/sbom.cdx.json`);
    const { status, stdout, stderr } = await run(python?.program ?? '', ['-c', SCRIPT, ...files], toolEnvironment);
    expect([status, stderr]).toEqual([0, '']);
    told = stdout;
  });

  it('are what CycloneDX 1.6 asks for, and a list that is not would be refused', () => {
    expect(told.trim().split('\n')).toEqual([...folders.map(() => 'None'), 'refused']);
  });
});

const SCRIPT = `
import json, sys
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
validator = JsonStrictValidator(SchemaVersion.V1_6)
texts = [open(path).read() for path in sys.argv[1:]]
for text in texts:
    print(validator.validate_str(text))
wrong = json.loads(texts[0])
wrong['components'][0]['type'] = 'nothing'
print('refused' if validator.validate_str(json.dumps(wrong)) else 'taken')
`;
