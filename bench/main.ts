import { writeFileSync } from 'node:fs';
import type { Mode } from '../demo/database-stage.ts';
import { engineNames, loadEngine } from '../demo/engine.ts';
import { run } from '../terminal/run.ts';
import { complain, known, parseOptions, refuseBeside, UsageError } from '../terminal/usage.ts';
import type { Plan } from './measure.ts';

const choices = [...engineNames(), 'all'];

const help = `Usage: npm run bench -- [--check | --renew | --against PATH [--python PATH]] [--quick]
                        [--engine NAME] [--mode warm|cold] [--delay MS]... [--json FILE]

Measures rotations through the packaged functions, and the bundles. Nothing is compared with figures of another machine:
times stand beside what bare logins and bare calls take in the same run, or beside AWS's templates in the same run.
Takes about a minute for an engine. Exit status 1 when a target is missed that does not depend on the machine: an outage
where there shall be none, size, or a count (calls, round trips, logins, refused logins, statements) that is larger than
bench/counts says. 2 for a mistake on the command line, or a server that is not installed.

  --check        the counts alone, warm, in about ten seconds for an engine
  --renew        the same, and writes them to bench/counts
  --against PATH AWS's templates beside ours, turn by turn: PATH is a checkout of
                 https://github.com/aws-samples/aws-secrets-manager-rotation-lambdas
  --python PATH  the Python for them, with boto3, PyGreSQL and PyMySQL; python3 when absent
  --quick        few rounds, about ten seconds: shows that it works, says little about time
  --mode NAME    warm (a process for each function) or cold (one for each step); both when absent
  --engine NAME  which database: ${choices.join(', ')}; postgres when absent. all passes over servers
                 that are not installed (npm run servers installs them), and is what --check, --renew and --against take
  --delay MS     every call of a service takes so much longer; may be given several times.
                 0 when absent, with --against 0 and 15
  --json FILE    writes the same figures as data; - is standard output, and then nothing else goes there:
                 npm run --silent bench -- --json -
  --help         this text
`;

const thorough: Plan = { rounds: { warm: { alone: 25, watched: 25 }, cold: { alone: 5, watched: 4 } }, imports: 20 };
const quick: Plan = { rounds: { warm: { alone: 2, watched: 1 }, cold: { alone: 1, watched: 1 } }, imports: 3 };
const countsOnly: Plan = { rounds: { warm: { alone: 0, watched: 0 }, cold: { alone: 0, watched: 0 } }, imports: 0 };

main().catch(complain);

async function main(): Promise<void> {
  const hint = 'npm run bench -- --help lists the options';
  const { json, against, python, check, renew, ...asked } = parseOptions(
    {
      quick: { type: 'boolean' },
      check: { type: 'boolean' },
      renew: { type: 'boolean' },
      against: { type: 'string' },
      python: { type: 'string' },
      engine: { type: 'string' },
      mode: { type: 'string' },
      delay: { type: 'string', multiple: true },
      json: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
    hint,
  );
  if (asked.help) {
    process.stdout.write(help);
    return;
  }
  if (check) refuseBeside('check', { renew, against, quick: asked.quick });
  if (renew) refuseBeside('renew', { against, quick: asked.quick });
  if (python !== undefined && against === undefined) throw new UsageError('--python is for --against', hint);
  const isCounting = check === true || renew === true;
  const { engine = isCounting || against !== undefined ? 'all' : 'postgres' } = asked;
  known('engine', engine, choices);
  const modes = isCounting && asked.mode === undefined ? (['warm'] as const) : chosen(asked.mode);
  const delays = (asked.delay ?? (against === undefined ? ['0'] : ['0', '15'])).map(milliseconds);

  return run(async (signal, progress) => {
    // Not before it is needed: the SDK takes its time to load.
    const { measure } = await import('./measure.ts');
    const { report } = await import('./report.ts');
    const engines = await enginesOf(engine, against !== undefined);
    const templates = against === undefined ? undefined : await templatesOf(against, python, engines);
    const plan = isCounting ? countsOnly : asked.quick ? quick : thorough;
    const how = { plan, ...(templates && { templates }), renews: renew === true };
    const figures = await measure({ engines, modes, delays, ...how, signal, progress });
    const data = `${JSON.stringify(figures, null, 2)}\n`;
    if (json !== undefined && json !== '-') writeFileSync(json, data);
    return {
      held: figures.held,
      print: () => void process.stdout.write(json === '-' ? data : report(figures)),
    };
  });
}

async function templatesOf(path: string, python: string | undefined, engines: readonly string[]) {
  const { templatesIn } = await import('./templates.ts');
  return templatesIn(path, python ?? 'python3', engines);
}

/** Says which ones it leaves out. */
async function enginesOf(name: string, isAgainst: boolean): Promise<readonly string[]> {
  const { hasTemplates } = await import('./templates.ts');
  if (name !== 'all') {
    if (!isAgainst || hasTemplates(name)) return [name];
    throw new UsageError(
      `--engine ${name}: not compared here`,
      `choose one of: ${choices.filter(hasTemplates).join(', ')}`,
    );
  }
  const found: string[] = [];
  for (const each of engineNames().filter((each) => !isAgainst || hasTemplates(each))) {
    const missing = (await loadEngine(each)).missing?.();
    if (missing === undefined) found.push(each);
    else process.stderr.write(`${each} is left out: ${missing} is not installed; next: npm run servers\n`);
  }
  return found;
}

function chosen(mode: string | undefined): readonly Mode[] {
  if (mode === undefined) return ['warm', 'cold'];
  if (mode === 'warm' || mode === 'cold') return [mode];
  throw new UsageError(`--mode ${mode}: no such mode`, 'choose warm or cold, or leave it out for both');
}

function milliseconds(text: string): number {
  if (/^\d{1,4}$/.test(text)) return Number(text);
  throw new UsageError(`--delay ${text}: not a number of milliseconds`, 'for example --delay 15');
}
