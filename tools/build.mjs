// Bundles every functions/<name>.ts into dist/<name>/, and the operator's tool into dist/rekey/. Why these settings: docs/decisions/0002-bundles.md.
import { cpSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { deflateRawSync } from 'node:zlib';
import * as esbuild from 'esbuild';
import { noticesOf } from './notices.mjs';
import { filesIn, fingerprint, inRoot, root } from './project.mjs';

/**
 * tools/left-out/<package>.mjs: `replacements` has the modules whose code a Lambda never runs, by a pattern of how they are imported, and
 * what stands in for them; `absent` the packages that it uses when they happen to be there.
 */
const leftOut = await Promise.all(filesIn(inRoot('tools/left-out')).map((file) => import(pathToFileURL(file).href)));

const replace = {
  name: 'replace',
  setup(bundle) {
    for (const [name, contents] of leftOut.flatMap(({ replacements }) => Object.entries(replacements))) {
      const filter = new RegExp(`^${name}$`);
      bundle.onResolve({ filter }, ({ resolveDir }) => ({ path: name, namespace: 'replaced', pluginData: resolveDir }));
      bundle.onLoad({ filter, namespace: 'replaced' }, ({ pluginData }) => ({ contents, resolveDir: pluginData }));
    }
  },
};

/**
 * A client of AWS comes with a table of all that its service knows. What no code here names is left out:
 * - errors, of which each is registered with its class and its shape, of RDS a hundred and fifty. Without, an error has the name that came
 *   over the wire. Those that are named here keep both, since a name on the wire may be another.
 * - shapes of calls that nobody makes. esbuild leaves out what is only declared, but takes `{ [_xN]: … }` for a call; with its constant
 *   written out, it is none.
 */
function knownShapes() {
  const named = sources();
  return reading(/client-[\w-]+\/dist-es\/schemas\/schemas_0\.js$/, (text) => {
    const constants = new Map(
      [...text.matchAll(/^const (_\w+) = ("\w+");$/gm)].map(([, name, value]) => [name, value]),
    );
    return text
      .replace(/^n\d+_registry\.registerError\((\w+)\$, \w+\);$/gm, (line, name) =>
        named.includes(name.replace(/(Exception|Fault)$/, '')) ? line : '',
      )
      .replace(/\[(_\w+)\]:/g, (key, name) => (constants.has(name) ? `${constants.get(name)}:` : key));
  });
}

/** Packages read their own package.json, for the version that they tell the server. */
function onlyVersions() {
  return reading(/node_modules\/.*\/package\.json$/, (text) => {
    const { name, version } = JSON.parse(text);
    return JSON.stringify({ name, version });
  });
}

/** Many bundles hold the same file: it is read once. */
function reading(filter, change) {
  const texts = new Map();
  return {
    name: `reading ${filter}`,
    setup(bundle) {
      bundle.onLoad({ filter }, ({ path }) => {
        if (!texts.has(path)) texts.set(path, change(readFileSync(path, 'utf8')));
        return { contents: texts.get(path), loader: path.endsWith('.json') ? 'json' : 'js' };
      });
    },
  };
}

/** All code that a bundle may hold of this project's. */
function sources() {
  return filesIn(inRoot('shared'))
    .filter((file) => extname(file) === '.ts')
    .map((file) => readFileSync(file, 'utf8'))
    .join('\n');
}

/** Packages in CommonJS still call require for Node's own modules. */
const banner = "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);";

const settings = {
  absWorkingDir: root,
  bundle: true,
  format: 'esm',
  splitting: true,
  platform: 'node',
  target: 'node24',
  mainFields: ['module', 'main'],
  minify: true,
  legalComments: 'none',
  outExtension: { '.js': '.mjs' },
  // No name in the name: a chunk of a package's dot file would be a hidden file, which packaging leaves out.
  chunkNames: 'chunk-[hash]',
  banner: { js: banner },
  external: leftOut.flatMap(({ absent = [] }) => absent),
  metafile: true,
  write: false,
  logLevel: 'silent',
};

/** Writes dist/<name>/index.mjs for each function, and dist/build.json with the sizes. */
export async function build() {
  const started = performance.now();
  const print = fingerprint();
  const names = filesIn(inRoot('functions'))
    .filter((file) => dirname(file) === inRoot('functions') && extname(file) === '.ts')
    .map((file) => basename(file, '.ts'));
  const functions = await bundleFunctions(names);
  await bundleTool();

  const keep = ['build.json', 'rekey', ...names];
  for (const entry of readdirSync(inRoot('dist'))) {
    if (!keep.includes(entry)) rmSync(inRoot('dist', entry), { recursive: true });
  }
  const report = { fingerprint: print, milliseconds: Math.round(performance.now() - started), functions };
  writeFileSync(inRoot('dist/build.json'), `${JSON.stringify(report, null, 2)}\n`);
  return report;
}

/** Writes dist/<name>/index.mjs for these functions, and nothing else. Gives the sizes by name. */
export async function bundleFunctions(names) {
  const plugins = [replace, knownShapes(), onlyVersions()];
  const bundled = names.map(async (name) => [name, await bundle(name, plugins)]);
  return Object.fromEntries(await Promise.all(bundled));
}

async function bundle(name, plugins) {
  const outdir = inRoot('dist', name);
  const result = await esbuild
    .build({ ...settings, plugins, entryPoints: { index: `functions/${name}.ts` }, outdir })
    .catch(async (error) => {
      const lines = await esbuild.formatMessages(error.errors ?? [], { kind: 'error' });
      throw new Error(`functions/${name}.ts cannot be bundled\n${lines.join('') || error.message}`);
    });

  const outputFiles = result.outputFiles.map(withoutNeedlessBanner);
  write(outdir, [...outputFiles, ...besides(name, outdir, result)]);
  // What connects to a database trusts them; others have the reader of certificates, and never call it.
  const roots = 'shared/databases/reach.ts' in result.metafile.inputs;
  if (roots) cpSync(inRoot('shared/aws/rds-roots'), join(outdir, 'rds-roots'), { recursive: true });
  else rmSync(join(outdir, 'rds-roots'), { recursive: true, force: true });
  return sizes({ ...result, outputFiles });
}

/** Who wrote what is inside. */
const besides = (name, outdir, { metafile }) =>
  Object.entries(noticesOf(name, metafile)).map(([file, contents]) => ({ path: join(outdir, file), contents }));

/**
 * dist/rekey is a package of its own, for the Node that an operator has: `npm pack ./dist/rekey`. It has no dependencies, for those of
 * this project are drivers, a Node and a PostgreSQL; and it signs in however the SDK can.
 */
async function bundleTool() {
  const outdir = inRoot('dist/rekey');
  const { plugins: _, ...same } = settings;
  const result = await esbuild.build({
    ...same,
    entryPoints: { index: 'cli/main.ts' },
    outdir,
    target: 'node20.19',
  });
  write(outdir, [...result.outputFiles, ...besides('tool', outdir, result)]);
  const { name, version, description, license, engines } = JSON.parse(readFileSync(inRoot('package.json'), 'utf8'));
  const manifest = { name, version, description, license, type: 'module', engines, bin: { rekey: 'index.mjs' } };
  writeFileSync(join(outdir, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  for (const file of ['LICENSE', 'docs/runbook.md']) cpSync(inRoot(file), join(outdir, file));
  cpSync(inRoot('page/page.html'), join(outdir, 'page.html'));
}

/** Most chunks never call require. */
function withoutNeedlessBanner({ path, text, contents }) {
  const rest = text.startsWith(banner) ? text.slice(banner.length).trimStart() : text;
  return { path, contents: /\brequire\b/.test(rest) ? contents : Buffer.from(rest) };
}

/** Chunks first and the entry at once after them, so that a function that starts meanwhile finds a whole bundle. */
function write(outdir, files) {
  mkdirSync(outdir, { recursive: true });
  const keep = new Set(['rds-roots', ...files.map((file) => basename(file.path))]);
  const entryLast = files.toSorted(
    (a, b) => Number(a.path.endsWith('index.mjs')) - Number(b.path.endsWith('index.mjs')),
  );
  for (const file of entryLast) {
    writeFileSync(`${file.path}.new`, file.contents);
    renameSync(`${file.path}.new`, file.path);
  }
  for (const entry of readdirSync(outdir)) if (!keep.has(entry)) rmSync(join(outdir, entry), { recursive: true });
}

function sizes({ outputFiles, metafile }) {
  const bytes = (files, measure) => files.reduce((sum, file) => sum + measure(file.contents), 0);
  const atStart = reachable(metafile.outputs);
  const packages = {};
  for (const output of Object.values(metafile.outputs)) {
    for (const [input, { bytesInOutput }] of Object.entries(output.inputs)) {
      const from = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(input)?.[1] ?? 'rekey';
      packages[from] = (packages[from] ?? 0) + bytesInOutput;
    }
  }
  return {
    files: outputFiles.length,
    bytes: bytes(outputFiles, (contents) => contents.length),
    deflated: bytes(outputFiles, (contents) => deflateRawSync(contents, { level: 9 }).length),
    bytesAtStart: bytes(
      outputFiles.filter((file) => atStart.has(basename(file.path))),
      (contents) => contents.length,
    ),
    packages: Object.fromEntries(Object.entries(packages).sort(([, a], [, b]) => b - a)),
  };
}

/** The files that are loaded when the function starts: everything but what waits behind `await import()`. */
function reachable(outputs) {
  const byName = new Map(Object.entries(outputs).map(([path, output]) => [basename(path), output]));
  const found = new Set(['index.mjs']);
  for (const name of found) {
    for (const { path, kind } of byName.get(name)?.imports ?? []) {
      if (kind === 'import-statement' && byName.has(basename(path))) found.add(basename(path));
    }
  }
  return found;
}

if (pathToFileURL(process.argv[1] ?? '').href === import.meta.url) {
  const report = await build().catch((error) => {
    console.error(`rekey: ${error.message}`);
    process.exit(1);
  });
  for (const [name, size] of Object.entries(report.functions)) {
    console.log(
      `dist/${name}/index.mjs  ${Math.round(size.bytes / 1000)} kB in ${size.files} files, ${Math.round(size.bytesAtStart / 1000)} kB loaded at start`,
    );
  }
  console.log(`${Object.keys(report.functions).length} functions bundled in ${report.milliseconds} ms`);
}
