// Bundles and zips every function, offline and without an AWS account, and says how big each became. With `--function NAME`: that one,
// and a template of it that needs no Serverless, in a folder of its own.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { inRoot, root } from './project.mjs';

const { values: asked, tokens } = parseArgs({
  options: { function: { type: 'string' }, package: { type: 'string', default: inRoot('.serverless') } },
  strict: false,
  tokens: true,
});
const folder = resolve(asked.package);
const own = tokens
  .filter(({ name }) => name === 'function')
  .flatMap(({ index, inlineValue }) => [index, inlineValue ? index : index + 1]);
const args = process.argv.slice(2).filter((_, index) => !own.includes(index));
// Without a name after it, it has none, or what stands there.
if (/^($|-)|^true$/.test(asked.function ?? 'none'))
  fail('--function NAME: name one function, as serverless.yml has it');
if (asked.function !== undefined) args.push('--param', `functions=${asked.function}`);
if (folder === inRoot('.serverless')) rmSync(folder, { recursive: true, force: true });

const command = [inRoot('node_modules/serverless/bin/serverless.js'), 'package', ...args];
const { status, stdout, stderr } = spawnSync(process.execPath, command, {
  cwd: root,
  encoding: 'utf8',
  env: { ...process.env, SLS_TELEMETRY_DISABLED: '1', SLS_NOTIFICATIONS_MODE: 'off', SLS_ANALYTICS_DISABLED: '1' },
});
if (status !== 0) fail(`serverless package failed\n${stdout}${stderr}`);
for (const [, text] of stderr.matchAll(/^Warning: (.*)/gm)) console.error(`rekey: ${text}`);

const template = JSON.parse(readFileSync(join(folder, 'cloudformation-template-update-stack.json'), 'utf8'));
const handlers = Object.values(template.Resources)
  .filter(({ Type }) => Type === 'AWS::Lambda::Function')
  .map(({ Properties }) => Properties.Handler);
const { functions, custom } = JSON.parse(readFileSync(join(folder, 'serverless-state.json'), 'utf8')).service;

if (asked.function !== undefined) {
  await alone();
  process.exit(0);
}

const rows = Object.entries(functions).map(([name, { handler }]) => {
  const file = join(folder, `${name}.zip`);
  if (!existsSync(file)) fail(`${name}: no zip was made`);
  if (!handlers.includes(handler)) fail(`${name}: its handler is missing in the template`);
  return { name, handler, zip: file.replace(root, ''), kB: (statSync(file).size / 1000).toFixed(1) };
});

const width = (key) => Math.max(key.length, ...rows.map((row) => row[key].length));
const line = (row) =>
  `${row.name.padEnd(width('name'))}  ${row.zip.padEnd(width('zip'))}  ${row.kB.padStart(width('kB'))}  ${row.handler}`;
console.log([{ name: 'function', zip: 'zip', kB: 'kB', handler: 'handler' }, ...rows].map(line).join('\n'));

/** Leaves a folder with code.zip, template.json and function.json. */
async function alone() {
  const [[key, { name, description }], another] = Object.entries(functions);
  if (another !== undefined) fail(`--function ${asked.function}: name one function. For several: --param functions=…`);
  const [{ aloneOf, keyOf }, { plainOf }] = await Promise.all([import('./stack/alone.ts'), import('./stack/plain.ts')]);
  const naming = createRequire(import.meta.url)('serverless/lib/plugins/aws/lib/naming.js');
  const zip = readFileSync(join(folder, `${key}.zip`));
  const digest = createHash('sha256').update(zip).digest('hex');
  const made = aloneOf(template, { key, name, prefix: custom.prefix, description, digest }, naming);

  rmSync(join(folder, key), { recursive: true, force: true });
  mkdirSync(join(folder, key));
  renameSync(join(folder, `${key}.zip`), join(folder, key, 'code.zip'));
  writeFileSync(join(folder, key, 'template.json'), `${JSON.stringify(made, null, 1)}\n`);
  writeFileSync(join(folder, key, 'function.json'), `${JSON.stringify(plainOf(made), null, 1)}\n`);
  const place = join(folder, key).replace(root, '');
  const roots = custom.rdsRoots === '*' ? 'all regions' : custom.rdsRoots;
  const packed = inRoot(dirname(functions[key].handler), 'rds-roots');
  const hasRoots = existsSync(custom.rdsRoots === '*' ? packed : join(packed, `${roots}.pem`));
  console.log(`${place}/code.zip       ${(zip.length / 1000).toFixed(1)} kB, sha256 ${digest}`);
  if (hasRoots) console.log(`${' '.repeat(place.length)}                has the RDS roots of ${roots}`);
  console.log(`${place}/template.json  takes it from the bucket CodeBucket, key ${keyOf(key, digest)}`);
  console.log(`${place}/function.json  the same for examples/terraform`);
}

function fail(reason) {
  console.error(`rekey: ${reason}`);
  process.exit(1);
}
