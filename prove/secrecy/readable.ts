/** What anybody could read when functions have rotated on a stage, by where it stands. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Stage } from '../../demo/stage.ts';
import { leakFinder } from '../leak.ts';
import { filesSince, processesBelow } from './surroundings.ts';

export type Places = Readonly<Record<string, string>>;

const main = fileURLToPath(new URL('../../cli/main.ts', import.meta.url));
const lines = (all: readonly unknown[]) => all.map((one) => JSON.stringify(one)).join('\n');

/** `began`: only files that were written since then. `secret`: the tool is asked about it. */
export async function readable({ sandbox }: Stage, secret: string, began: number): Promise<Places> {
  const { functions, sns, requests } = sandbox;
  // Secrets Manager is where values belong.
  const others = requests.filter(({ service }) => service !== 'secretsmanager');
  const told: Record<string, string> = {};
  for (const command of [['status'], ['history', secret], ['doctor', secret]])
    told[`output of rekey ${command[0]}`] = await said(command, sandbox.url);
  return {
    'log of the functions': lines(functions.names().flatMap((name) => functions.logs(name))),
    'answers of the functions': lines(functions.names().flatMap((name) => functions.invocations(name))),
    messages: lines(sns.messages),
    'history of rotations': lines(sandbox.secretsManager.history),
    'calls of other services': lines(others),
    ...told,
    ...processesBelow(process.pid),
    ...filesSince(began),
  };
}

/** All that a command of the operator's tool prints, whatever it ends with. */
function said(command: readonly string[], endpoint: string): Promise<string> {
  const at = ['--endpoint-url', endpoint, '--region', 'us-east-1'];
  const env = { ...process.env, AWS_ACCESS_KEY_ID: 'AKIATEST', AWS_SECRET_ACCESS_KEY: 'test' };
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [main, ...command, ...at], { env }, (_, stdout, stderr) => {
      if (stdout === '') reject(new Error(`rekey ${command.join(' ')} said nothing: ${stderr}`));
      else resolve(stdout + stderr);
    });
  });
}

/** One for each place where something was found. */
export function leaksIn(places: Places, secrets: readonly string[]): readonly string[] {
  const find = leakFinder(secrets);
  return Object.entries(places).flatMap(([place, text]) => {
    const leak = find(text);
    if (leak === undefined) return [];
    const from = text.lastIndexOf('\n', leak.at) + 1;
    return [`${place}: ${leak.piece} in: ${text.slice(from, from + 300).split('\n')[0]}`];
  });
}
