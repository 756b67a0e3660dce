import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import * as esbuild from 'esbuild';
import { root } from './files.ts';

export interface BareImport {
  /** As package.json spells it: `name` or `@scope/name`. */
  readonly name: string;
  readonly file: string;
  /** Nothing of it is left when the types are gone. */
  readonly isType: boolean;
}

/** What the files of this repository import by name, Node's own modules aside. A parser reads them: text like an import is none. */
export async function bareImports(): Promise<BareImport[]> {
  const { metafile } = await esbuild.build({
    absWorkingDir: root,
    entryPoints: modules(),
    bundle: true,
    format: 'esm',
    platform: 'node',
    outdir: 'dist',
    write: false,
    metafile: true,
    logLevel: 'silent',
    tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true } },
    plugins: [{ name: 'each file by itself', setup: eachByItself }],
  });
  return Object.entries(metafile.inputs).flatMap(([file, { imports }]) =>
    imports
      .map(({ path }) => ({ path: path.replace(/^type:/, ''), isType: path.startsWith('type:') }))
      .filter(({ path }) => !/^(\.|\/|node:)/.test(path))
      .map(({ path, isType }) => ({ name: packageOf(path), file, isType })),
  );
}

/** Nothing is followed. Imports of types, which esbuild drops, are marked and kept. */
function eachByItself(build: esbuild.PluginBuild): void {
  build.onResolve({ filter: /.*/ }, ({ kind, path }) => (kind === 'entry-point' ? null : { path, external: true }));
  build.onLoad({ filter: /\.ts$/ }, async ({ path }) => ({
    contents: (await readFile(path, 'utf8')).replace(/^(import|export) type ([^'"=]*\bfrom ')/gm, '$1 $2type:'),
    loader: 'ts',
  }));
}

function packageOf(path: string): string {
  const [first = '', second = ''] = path.split('/');
  return first.startsWith('@') ? `${first}/${second}` : first;
}

function modules(): string[] {
  const files = (folder: string, recursive: boolean) =>
    readdirSync(join(root, folder), { recursive, withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.[cm]?[jt]s$/.test(entry.name))
      .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join('/'));
  const folders = readdirSync(root, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  // Each of the examples is a project of its own.
  const others = /^(\.|node_modules$|dist$|coverage$|examples$)/;
  const own = folders.map(({ name }) => name).filter((name) => !others.test(name));
  return [...files('', false), ...own.flatMap((folder) => files(folder, true))];
}
