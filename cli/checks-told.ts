/** Checks, for people. */
import { legible } from '../terminal/foreign.ts';
import type { Paint } from '../terminal/paint.ts';
import { wrapped } from '../terminal/table.ts';
import type { Check } from './check.ts';

const WIDTH = 80;
const marks = { ok: '✓', fails: '✗', unseen: '–' } as const;

export function checkLines(name: string, checks: readonly Check[], paint: Paint): string {
  const count = (result: Check['result']) => checks.filter((one) => one.result === result).length;
  const lines = [legible(name), ...checks.flatMap((check) => linesOf(check, paint))];
  const code = checks.find((check) => check.code !== undefined)?.code;
  const sum = [`${count('ok')} ✓`, `${count('fails')} ✗`, `${count('unseen')} not seen from here`].join(', ');
  return `${[...lines, sum, ...(code === undefined ? [] : [legible(`next: rekey explain ${code}`)]), ''].join('\n')}\n`;
}

function linesOf({ name, result, text, code, hint }: Check, paint: Paint): string[] {
  const colour = { ok: paint.good, fails: paint.bad, unseen: paint.dim }[result];
  const said = code === undefined ? text : `${code}: ${text}`;
  const [first = '', ...others] = wrapped(said, WIDTH - 14);
  const indented = [...others, ...(hint === undefined ? [] : wrapped(`hint: ${hint}`, WIDTH - 14))];
  return [
    `  ${colour(marks[result])} ${name.padEnd(9)} ${first}`,
    ...indented.map((line) => `${' '.repeat(14)}${line}`),
  ];
}
