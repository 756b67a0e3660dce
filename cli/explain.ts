import { errorCodes } from '../shared/rotation/errors.ts';
import { hanging, wrapped } from '../terminal/table.ts';
import { UsageError } from '../terminal/usage.ts';
import { command } from './command.ts';
import { exitCodes } from './exit-codes.ts';
import { type Entry, entryOf, type Move } from './runbook.ts';

const WIDTH = 80;

export const explain = command(
  {
    name: 'explain',
    about:
      "The runbook's entry of an error code: what it means, what works now, what to do and what not, with the " +
      'commands. Without a code the codes. Asks nobody: it works without an account.',
    define: (parser) => parser.argument('[code]', 'as a message or the log has it: LOCKED_OUT'),
    completes: Object.entries(errorCodes).map(([text, about]) => ({ text, about })),
    isOnAccount: false,
  },
  async ({ options, names: [name] }, { stdout }) => {
    if (name === undefined) {
      stdout.write(options.json ? json({ version: 1, codes: errorCodes }) : listOfCodes());
      return exitCodes.good;
    }
    const entry = entryOf(codeOf(name));
    if (entry === undefined) throw unknown(name);
    stdout.write(options.json ? json({ version: 1, ...entry }) : told(entry));
    return exitCodes.good;
  },
);

/** `locked-out` is meant well. */
function codeOf(name: string): string {
  return name.toUpperCase().replaceAll(/[- ]/g, '_');
}

function unknown(name: string): UsageError {
  const words = codeOf(name)
    .split('_')
    .filter((word) => word.length > 2);
  const alike = Object.keys(errorCodes).filter((code) => words.some((word) => code.includes(word)));
  const rest = 'rekey explain lists the codes';
  return new UsageError(
    `no code ${JSON.stringify(name)}`,
    alike.length === 0 ? rest : `did you mean ${alike.slice(0, 3).join(' or ')}? ${rest}`,
  );
}

function listOfCodes(): string {
  const width = Math.max(...Object.keys(errorCodes).map((code) => code.length)) + 2;
  return Object.entries(errorCodes)
    .flatMap(([code, meaning]) => hanging(code.padEnd(width), meaning, WIDTH))
    .map((line) => `${line}\n`)
    .join('');
}

function told({ code, parts, moves }: Entry): string {
  const lines = [
    code,
    ...parts.flatMap(({ label, lines }) => [
      '',
      ...lines.flatMap((line, index) => hanging(`${index === 0 ? `${label}:` : ''}`.padEnd(11), line, WIDTH)),
    ]),
    ...moves.flatMap(moveLines),
    '',
    `runbook: docs/runbook.md#${code.toLowerCase()}`,
  ];
  return `${lines.join('\n')}\n`;
}

function moveLines({ title, parts }: Move): string[] {
  const lines = parts.flatMap((part) =>
    typeof part === 'string'
      ? wrapped(part, WIDTH - 2).map((line) => `  ${line}`)
      : part.commands.split('\n').flatMap(commandLines),
  );
  return ['', title, ...lines];
}

/** A long command is continued where an option begins. It can be pasted as it is. */
function commandLines(command: string): string[] {
  if (command.length <= WIDTH - 4) return [`    ${command}`];
  const [first = '', ...options] = command.trimStart().split(/ (?=--)/);
  return [first, ...options.map((option) => `  ${option}`)].map(
    (line, index) => `    ${line}${index < options.length ? ' \\' : ''}`,
  );
}

const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;
