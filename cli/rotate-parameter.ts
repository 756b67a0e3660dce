/** No service calls the four steps of a parameter, so the function is invoked, and answers when all is done. */
import { randomUUID } from 'node:crypto';
import type { InvokeCommandOutput } from '@aws-sdk/client-lambda';
import { parseObject } from '../shared/rotation/json.ts';
import { legible } from '../terminal/foreign.ts';
import type { Account } from './account.ts';
import { agreed } from './ask.ts';
import { command } from './command.ts';
import { exitCodes } from './exit-codes.ts';
import { RefusedError } from './failure.ts';
import { invoke } from './invoke.ts';
import { lineOf } from './log.ts';
import { failureLines } from './outcome.ts';
import { functionNamed } from './rights.ts';

interface Options {
  readonly function: string;
  readonly yes?: true;
}

/** Members are only ever added. */
interface Outcome {
  readonly name: string;
  /** other: another invocation has done it, or does. `because` says which. */
  readonly result: 'rotated' | 'other' | 'failed';
  readonly token: string;
  readonly because: string | null;
  readonly ms: number;
  readonly code: string | null;
  readonly fact: string | null;
  readonly hint: string | null;
  readonly working: string | null;
}

export const rotateParameter = command<Options>(
  {
    name: 'rotate-parameter',
    about:
      'Rotates a parameter of Parameter Store now, by the function that you name, since a parameter does not know ' +
      'its function. Waits for the answer.',
    define: (parser) =>
      parser
        .argument('<parameter>')
        .requiredOption('--function <name>', 'that rotates it, with or without rekey-')
        .option('--yes', 'does not ask'),
    after: 'Actions to allow: lambda:GetFunctionConfiguration, InvokeFunction.',
  },
  async ({ options, names: [name = ''] }, terminal) => {
    const { onAccount } = await import('./account.ts');
    return onAccount(options, terminal, async (account) => {
      const found = await functionNamed(account, options.function);
      if (found === undefined) {
        throw new RefusedError(
          `there is no function ${options.function} in ${account.region}`,
          'aws lambda list-functions lists them; it may be in another region or account (--region, --profile)',
        );
      }
      const { functionName, functionArn } = found;
      const plan = `Rotates the parameter ${name} in ${account.region} now, by ${functionName}.`;
      if (!(await agreed(plan, options.yes ?? false, terminal))) return exitCodes.declined;
      const outcome = await invoked(account, functionArn, functionName, name);
      terminal.stdout.write(options.json ? `${JSON.stringify({ version: 1, ...outcome }, null, 2)}\n` : told(outcome));
      return outcome.result === 'rotated' ? exitCodes.good : exitCodes.attention;
    });
  },
);

/** The token of a rotation that has failed goes on with that one. */
export async function invoked(
  account: Account,
  functionArn: string,
  functionName: string,
  name: string,
  token: string = randomUUID(),
): Promise<Outcome> {
  const startedAt = Date.now();
  const event = { Parameter: name, Token: token };
  const answer = await invoke(account, { functionArn, functionName }, event, { LogType: 'Tail' });
  return { name, token, ms: Date.now() - startedAt, ...readOf(answer, token) };
}

/** What failed, the last lines of the log tell; the text of the answer is the runtime's. */
function readOf(
  { Payload, LogResult = '' }: InvokeCommandOutput,
  token: string,
): Omit<Outcome, 'name' | 'token' | 'ms'> {
  const said = parseObject(new TextDecoder().decode(Payload))?.Outcome;
  const nothing = { because: null, code: null, fact: null, hint: null, working: null };
  if (said === 'rotated') return { ...nothing, result: 'rotated' };
  if (typeof said === 'string') return { ...nothing, result: 'other', because: said };
  const failure = Buffer.from(LogResult, 'base64')
    .toString()
    .split('\n')
    .flatMap((line) => lineOf(0, line))
    .findLast((line) => line.token === token && line.code !== undefined);
  const {
    code = null,
    fact = 'the function ended without an answer',
    hint = 'see its log',
    working = null,
  } = failure ?? {};
  return { ...nothing, result: 'failed', code, fact, hint, working };
}

function told(outcome: Outcome): string {
  const { name, result, ms, because } = outcome;
  if (result === 'failed') return failureLines(outcome);
  const seconds = (ms / 1000).toFixed(1);
  return result === 'rotated' ? `✓ ${name} was rotated in ${seconds} s\n` : `${legible(`– ${name}: ${because}`)}\n`;
}
