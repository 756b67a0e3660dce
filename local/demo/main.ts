import { interruption, statusOf } from '../../terminal/interruption.ts';
import { createPaint, type Paint } from '../../terminal/paint.ts';
import { createProgress } from '../../terminal/progress.ts';
import { complain, known, parseOptions } from '../../terminal/usage.ts';
import { readBaseline } from './baseline.ts';
import type { Mode, StageOptions } from './database-stage.ts';
import { engineNames } from './engine.ts';
import { providerNames } from './provider/act.ts';

const help = `Usage: npm start -- [--engine NAME [--store parameter] | --provider NAME] [--cold] [--json]

Rotates secrets of a database on this machine: one with a single user, one with two users that take turns, and on MySQL
one with two passwords. The servers are real, but for documentdb and redshift, whose stand-ins say that they are.
The packaged functions do it, called as Secrets Manager calls them, while an application keeps logging in.
Exit status 0 when everything held that is printed, 1 when something did not, 2 for a mistake on the command line.

  --engine NAME  which database: ${engineNames().join(', ')}; postgres when absent
                 mysql and mariadb have to be there, on the system or by npm run servers
                 documentdb: MONGODB_URI names a real server in place of the stand-in, MONGODB_CA_FILE who vouches for it
  --store parameter  the secrets are SecureString parameters, rotated by a schedule, through a crash, and by three at once
  --provider NAME  a key of a provider in place of a database, at a double of its API: rotated, rotated through a crash,
                 and revoked after a time. One of ${providerNames().join(', ')}
  --cold         a process for each step, as on a Lambda that was idle for long
  --json         the same figures as data on standard output; progress goes to standard error
  --help         this text
`;

main().catch(complain);

async function main(): Promise<void> {
  const { engine, store, provider, cold, json, ...asked } = parseOptions(
    {
      engine: { type: 'string', default: 'postgres' },
      store: { type: 'string', default: 'secret' },
      provider: { type: 'string' },
      cold: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
    'npm start -- --help lists the options',
  );
  if (asked.help) {
    process.stdout.write(help);
    return;
  }
  if (provider === undefined) known('engine', engine, engineNames());
  else known('provider', provider, providerNames());
  known('store', store, ['parameter', 'secret']);
  const signal = interruption();
  const progress = createProgress(process.stderr, { isLog: true });
  const running = { engine, signal, progress: progress.show };
  try {
    const { held, data, text } =
      provider !== undefined
        ? await ofProvider(provider, running)
        : store === 'parameter'
          ? await ofParameters(running)
          : await ofSecrets({ ...running, mode: cold ? 'cold' : 'warm' });
    progress.end();
    process.stdout.write(json ? `${JSON.stringify(data, null, 2)}\n` : text(createPaint()));
    process.exitCode = held ? 0 : 1;
  } catch (error) {
    progress.end();
    if (!signal.aborted) throw error;
    process.stderr.write('stopped; nothing is left behind\n');
    process.exitCode = statusOf(signal);
  }
}

type Running = Omit<StageOptions, 'clients'>;

/** Figures, and how a person reads them. */
interface Shown {
  readonly held: boolean;
  readonly data: unknown;
  text(paint: Paint): string;
}

// Each is loaded not before it is needed: the SDK takes its time.

async function ofSecrets(running: Running & { readonly mode: Mode }): Promise<Shown> {
  const { runDemo } = await import('./demo.ts');
  const { report } = await import('./report.ts');
  const figures = await runDemo(running);
  const baseline = readBaseline();
  return { held: figures.held, data: { ...figures, baseline }, text: (paint) => report(figures, baseline, paint) };
}

async function ofParameters(running: Running): Promise<Shown> {
  const { runParameterDemo } = await import('./parameter/demo.ts');
  const { parameterReport } = await import('./parameter/report.ts');
  const data = await runParameterDemo(running);
  return { held: data.held, data, text: (paint) => parameterReport(data, paint) };
}

async function ofProvider(provider: string, { signal, progress }: Running): Promise<Shown> {
  const { runProviderDemo } = await import('./provider/demo.ts');
  const { providerReport } = await import('./provider/report.ts');
  const data = await runProviderDemo(provider, signal, progress);
  return { held: data.held, data, text: (paint) => providerReport(data, paint) };
}
