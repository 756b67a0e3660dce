import { writeFileSync } from 'node:fs';
import type { Mode } from '../local/demo/database-stage.ts';
import { engineNames, loadEngine } from '../local/demo/engine.ts';
import { createPaint } from '../terminal/paint.ts';
import { run } from '../terminal/run.ts';
import { wrapped } from '../terminal/table.ts';
import { complain, known, parseOptions, UsageError } from '../terminal/usage.ts';
import type { BenchFigures, Plan } from './measure.ts';
import { table } from './table.ts';
import { failures } from './targets.ts';

const choices = [...engineNames(), 'all'];

const help = `Usage: npm run bench -- [--quick] [--mode warm|cold] [--engine NAME] [--json FILE]

Measures rotations through the packaged functions, and the bundles, and compares with AWS's templates as they were
measured earlier (bench/baseline.json). Takes about a minute for an engine. Exit status 1 when a target is missed that
does not depend on the machine: calls, logins, refused logins, an outage where there shall be none, size. 2 for a mistake
on the command line, or a server that is not installed.

  --quick        few rounds, about ten seconds: shows that it works, says little about time
  --mode NAME    warm (a process for each function) or cold (one for each step); both when absent
  --engine NAME  which database: ${choices.join(', ')}; postgres when absent. all passes over servers
                 that are not installed (npm run servers installs them)
  --json FILE    writes the same figures as data; - is standard output, and then nothing else goes there:
                 npm run --silent bench -- --json -
  --help         this text
`;

const thorough: Plan = { rounds: { warm: { alone: 25, watched: 25 }, cold: { alone: 5, watched: 4 } }, imports: 20 };
const quick: Plan = { rounds: { warm: { alone: 2, watched: 1 }, cold: { alone: 0, watched: 1 } }, imports: 3 };

main().catch(complain);

async function main(): Promise<void> {
  const { engine, json, ...asked } = parseOptions(
    {
      quick: { type: 'boolean', default: false },
      engine: { type: 'string', default: 'postgres' },
      mode: { type: 'string' },
      json: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
    'npm run bench -- --help lists the options',
  );
  if (asked.help) {
    process.stdout.write(help);
    return;
  }
  known('engine', engine, choices);
  const modes = chosen(asked.mode);
  return run(async (signal, progress) => {
    // Not before it is needed: the SDK takes its time to load.
    const { measure } = await import('./measure.ts');
    const plan = asked.quick ? quick : thorough;
    const engines = engine === 'all' ? await installed() : [engine];
    const figures = await measure({ engines, modes, plan, signal, progress });
    return { held: figures.held, print: () => tell(figures, json) };
  });
}

function tell(figures: BenchFigures, json: string | undefined): void {
  const data = `${JSON.stringify(figures, null, 2)}\n`;
  if (json === '-') process.stdout.write(data);
  else {
    if (json !== undefined) writeFileSync(json, data);
    print(figures);
  }
}

/** Says which ones it leaves out. */
async function installed(): Promise<readonly string[]> {
  const found: string[] = [];
  for (const name of engineNames()) {
    const missing = (await loadEngine(name)).missing?.();
    if (missing === undefined) found.push(name);
    else process.stderr.write(`${name} is left out: ${missing} is not installed; next: npm run servers\n`);
  }
  return found;
}

function chosen(mode: string | undefined): readonly Mode[] {
  if (mode === undefined) return ['warm', 'cold'];
  if (mode === 'warm' || mode === 'cold') return [mode];
  throw new UsageError(`--mode ${mode}: no such mode`, 'choose warm or cold, or leave it out for both');
}

function print({ servers, machine, ms, rows, baseline, rotations }: BenchFigures): void {
  const paint = createPaint();
  const titles = servers.map(({ title }) => title).join('; ');
  const missed = failures(rows);
  const slow = rows.filter(({ met, isTiming }) => met === false && isTiming);
  const name = ({ group, figure }: (typeof rows)[number]) => `${group}: ${figure}`;
  const logins = rotations.reduce((sum, { clientLogins }) => sum + clientLogins, 0);
  const isBusy = machine.load > machine.cores / 2;
  const notes = [
    ...(isBusy
      ? [`This machine was busy with other work (load ${machine.load.toFixed(1)}): the times are too long.`]
      : []),
    'Milliseconds are medians (shortest-longest). Warm is one process, cold a process for each step.',
    `Outage: from a client's first refused login to its next good one; it fetches AWSCURRENT before each (${logins} logins, verified TLS).`,
    'The target of init is for a machine where an empty module takes 3 to 4 ms; a miss on a slower one is not marked.',
    ...(servers.some(({ engine }) => baseline.engines[engine]) ? comparison(baseline) : []),
  ];
  process.stdout.write(
    [
      ...wrapped(
        `Rekey on ${titles}; Node ${machine.node.slice(1)}, ${machine.platform}, ${machine.cores} cores`,
        80,
      ).map(paint.bold),
      '',
      table(rows, paint),
      ...notes.flatMap((note) => wrapped(note, 80)).map(paint.dim),
      '',
      ...slow.map((row) => `time target missed here: ${name(row)}`),
      missed.length === 0
        ? paint.good(`every target that does not depend on the machine is met; ${(ms / 1000).toFixed(0)} s`)
        : paint.bad(`missed: ${missed.map(name).join('; ')}`),
      '',
    ].join('\n'),
  );
}

function comparison({ source, conditions }: BenchFigures['baseline']): string[] {
  return [
    'Not alike: ours log in over TLS and publish a message, which the templates did not do; outage depends on how fast the client loops.',
    `AWS's: ${source}, not in this run. ${conditions}`,
  ];
}
