/** `npm run new provider NAME` and `npm run new engine NAME`: the files that a new one consists of, and its block in serverless.yml. */
import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const USAGE = 'npm run new provider NAME, or npm run new engine NAME; a name looks like acme, or acme-keys';
const root = fileURLToPath(new URL('../..', import.meta.url));
/** Beside the files: what goes into serverless.yml, and what is said at the end. */
const BLOCK = 'serverless.yml.txt';
const NEXT = 'next.txt';

const [kind = '', name = '', ...more] = process.argv.slice(2);
const fault = faultIn();
if (fault === undefined) create();
else {
  process.stderr.write(`new: ${fault}\nhint: ${USAGE}\n`);
  process.exitCode = 2;
}

function faultIn(): string | undefined {
  if (!['provider', 'engine'].includes(kind)) return kind === '' ? 'nothing is named' : `no template for ${kind}`;
  if (more.length > 0 || !/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name)) return `${[name, ...more].join(' ')} is no name`;
  const known = [...paths().map(written), `functions/${name}.ts`].filter((path) => existsSync(join(root, path)));
  return known.length === 0 ? undefined : `${name} is there already: ${known[0]}`;
}

function create(): void {
  for (const path of paths()) {
    const target = join(root, written(path));
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, filled(path), { flag: 'wx' });
    process.stdout.write(`  ${written(path)}\n`);
  }
  const stack = join(root, 'serverless.yml');
  writeFileSync(
    stack,
    readFileSync(stack, 'utf8').replace(/^functions:\n/m, (line) => `${line}${filled(BLOCK)}`),
  );
  process.stdout.write(`  serverless.yml: its block\n\n${filled(NEXT)}`);
}

function paths(): string[] {
  return globSync('**/*.txt', { cwd: join(import.meta.dirname, kind) })
    .filter((path) => path !== BLOCK && path !== NEXT)
    .sort();
}

function written(path: string): string {
  return path.replace(/\.txt$/, '').replaceAll('__name__', name);
}

function filled(path: string): string {
  const parts = name.split('-');
  const pascal = parts.map((part) => part.charAt(0).toUpperCase() + part.slice(1)).join('');
  return readFileSync(join(import.meta.dirname, kind, path), 'utf8')
    .replaceAll('__name__', name)
    .replaceAll('__Pascal__', pascal)
    .replaceAll('__camel__', pascal.charAt(0).toLowerCase() + pascal.slice(1));
}
