import { randomInt } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { createPaint } from '../terminal/paint.ts';
import type { Result } from '../terminal/run.ts';
import { run } from '../terminal/run.ts';
import { complain, known, parseOptions, UsageError } from '../terminal/usage.ts';
import { crash } from './crash/section.ts';
import { delivery } from './delivery/section.ts';
import { fuzzing } from './fuzzing/section.ts';
import { network } from './network/section.ts';
import { scale } from './scale/section.ts';
import { secrecy } from './secrecy/section.ts';
import type { Row, Section } from './section.ts';
import { service } from './service/section.ts';
import { story, table } from './table.ts';

const sections: readonly Section[] = [service, crash, fuzzing, secrecy, network, delivery, scale];
const names = sections.map(({ name }) => name);

const help = `Usage: npm run prove -- [--section NAME] [--only WORD] [--quick] [--seed N] [--json FILE]
       npm run prove -- --replay HISTORY

Explores what a rotation may go through, and looks in every state for a property that is broken. docs/reliability.md
says which properties there are. Exit status 1 when one is broken, with the history in words; 2 for a mistake on the
command line.

  --section NAME    one of: ${names.join(', ')}; all when absent
  --only WORD       the rows that have it in their name: single-user, twice
  --quick           a few seconds' worth, as in npm test
  --seed N          for what is played by chance; one of its own when absent, and it is shown
  --replay HISTORY  plays one history again, as a run that found something broken tells it
  --json FILE       writes the same figures as data; - is standard output, and then nothing else goes there
  --help            this text
`;

main().catch(complain);

async function main(): Promise<void> {
  const {
    section,
    only = '',
    seed,
    replay,
    json,
    ...asked
  } = parseOptions(
    {
      section: { type: 'string' },
      only: { type: 'string' },
      quick: { type: 'boolean', default: false },
      seed: { type: 'string' },
      replay: { type: 'string' },
      json: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
    'npm run prove -- --help lists the options',
  );
  if (asked.help) {
    process.stdout.write(help);
    return;
  }
  // Most errors here are part of what is tried, and nobody reads where they came from.
  Error.stackTraceLimit = 0;
  if (section !== undefined) known('section', section, names);
  if (replay !== undefined) return run(() => replayed(replay));
  const start = seed === undefined ? randomInt(2 ** 31) : numberOf(seed);
  const chosen = sections.filter(({ name }) => name === (section ?? name));
  return run(async (signal, progress) => {
    const began = performance.now();
    const rows: Row[] = [];
    const { quick } = asked;
    for (const each of chosen) rows.push(...(await each.run({ quick, only, seed: start, signal, progress })));
    if (rows.length === 0)
      throw new UsageError(`--only ${only}: no row has it in its name`, 'leave it out for all rows');
    const held = rows.every(({ broken }) => broken.length === 0);
    const ms = performance.now() - began;
    return { held, print: () => tell({ rows, seed: start, ms, held }, json) };
  });
}

interface Figures {
  readonly rows: readonly Row[];
  readonly seed: number;
  readonly ms: number;
  readonly held: boolean;
}

function tell(figures: Figures, json: string | undefined): void {
  const data = `${JSON.stringify(figures, null, 2)}\n`;
  if (json === '-') {
    process.stdout.write(data);
    return;
  }
  if (json !== undefined) writeFileSync(json, data);
  const { rows, seed, ms, held } = figures;
  const paint = createPaint();
  const sum = (of: (row: Row) => number) => rows.reduce((all, row) => all + of(row), 0);
  const broken = sum((row) => row.broken.length);
  const properties: Readonly<Record<string, string>> = Object.assign({}, ...sections.map((each) => each.properties));
  const stories = rows.flatMap((row) => row.broken.map((told) => story(told, properties)));
  const rotations = sum((row) => row.rotations ?? 0);
  const end = `${sum((row) => row.states)} states, ${rotations} rotations by chance (seed ${seed}), broken: ${broken}; ${(ms / 1000).toFixed(0)} s`;
  process.stdout.write(
    [
      table(rows, paint),
      '',
      ...stories.flatMap((text) => [text, '']),
      held ? paint.good(end) : paint.bad(end),
      '',
    ].join('\n'),
  );
}

async function replayed(text: string): Promise<Result> {
  const [id = '', choices = ''] = text.split(':');
  const history = choices === '' ? [] : choices.split('.').map(numberOf);
  for (const each of sections) {
    const told = await each.replay(id, history);
    if (told === undefined) continue;
    const held = told === 'nothing is broken';
    return { held, print: () => void process.stdout.write(`${held ? told : story(told, each.properties)}\n`) };
  }
  throw new UsageError(`--replay ${id}: no such history here`, 'take it from what npm run prove has printed');
}

function numberOf(text: string): number {
  if (/^\d{1,10}$/.test(text)) return Number(text);
  throw new UsageError(`${text} is no number`, 'write digits only');
}
