// Bundles and zips every function, offline and without an AWS account, and says how big each became.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import { inRoot, root } from './project.mjs';

rmSync(inRoot('.serverless'), { recursive: true, force: true });

const command = [inRoot('node_modules/serverless/bin/serverless.js'), 'package', ...process.argv.slice(2)];
const { status, stdout, stderr } = spawnSync(process.execPath, command, {
  cwd: root,
  encoding: 'utf8',
  env: { ...process.env, SLS_TELEMETRY_DISABLED: '1', SLS_NOTIFICATIONS_MODE: 'off', SLS_ANALYTICS_DISABLED: '1' },
});
if (status !== 0) fail(`serverless package failed\n${stdout}${stderr}`);

const template = JSON.parse(readFileSync(inRoot('.serverless/cloudformation-template-update-stack.json'), 'utf8'));
const handlers = Object.values(template.Resources)
  .filter(({ Type }) => Type === 'AWS::Lambda::Function')
  .map(({ Properties }) => Properties.Handler);
const { functions } = JSON.parse(readFileSync(inRoot('.serverless/serverless-state.json'), 'utf8')).service;

const rows = Object.entries(functions).map(([name, { handler, package: { artifact } = {} }]) => {
  const zip = artifact ?? `.serverless/${name}.zip`;
  const file = inRoot(zip.replace(root, ''));
  if (!existsSync(file)) fail(`${name}: no zip was made`);
  if (!handlers.includes(handler)) fail(`${name}: its handler is missing in the template`);
  return { name, handler, zip: zip.replace(root, ''), kB: (statSync(file).size / 1000).toFixed(1) };
});

const width = (key) => Math.max(key.length, ...rows.map((row) => row[key].length));
const line = (row) =>
  `${row.name.padEnd(width('name'))}  ${row.zip.padEnd(width('zip'))}  ${row.kB.padStart(width('kB'))}  ${row.handler}`;
console.log([{ name: 'function', zip: 'zip', kB: 'kB', handler: 'handler' }, ...rows].map(line).join('\n'));

function fail(reason) {
  console.error(`rekey: ${reason}`);
  process.exit(1);
}
