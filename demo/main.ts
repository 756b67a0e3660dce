import { createPaint, type Paint } from '../terminal/paint.ts';
import { run } from '../terminal/run.ts';
import { complain, known, parseOptions, refuseBeside } from '../terminal/usage.ts';
import type { Figures } from './claims.ts';
import type { Mode, StageOptions } from './database-stage.ts';
import { engineNames } from './engine.ts';
import { providerNames } from './provider/act.ts';

const help = `Usage: npm start -- [--engine NAME] [--store parameter | --cold] [--enforce-roles] [--json]
       npm start -- --provider NAME [--enforce-roles] [--json]

Rotates secrets of a database on this machine: one with a single user, one with two users that take turns, and on MySQL
one with two passwords. The servers are real, or stand-ins that say that they are.
The packaged functions do it, called as Secrets Manager calls them, while an application keeps logging in.
Exit status 0 when everything held that is printed, 1 when something did not, 2 for a mistake on the command line.

  --engine NAME  which database: ${engineNames().join(', ')}; postgres when absent
                 some have to be there, on the system or by npm run servers
                 documentdb: MONGODB_URI names a real server in place of the stand-in, MONGODB_CA_FILE who vouches for it
  --store parameter  the secrets are SecureString parameters, rotated by a schedule, through a crash, and by three at once
  --provider NAME  a key of a provider in place of a database, at a double of its API: rotated, rotated through a crash,
                 and revoked after a time. One of ${providerNames().join(', ')}
  --cold         a process for each step, as on a Lambda that was idle for long
  --enforce-roles  the sandbox refuses, as AWS does, what the role that the stack gives to a function does not allow
  --json         the same figures as data on standard output; progress goes to standard error, and npm is kept from
                 writing there, too, by: npm start --silent -- --json
  --help         this text
`;

main().catch(complain);

async function main(): Promise<void> {
  const { provider, json, ...asked } = parseOptions(
    {
      engine: { type: 'string' },
      store: { type: 'string' },
      provider: { type: 'string' },
      cold: { type: 'boolean' },
      'enforce-roles': { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
    'npm start -- --help lists the options',
  );
  if (asked.help) {
    process.stdout.write(help);
    return;
  }
  const { engine = 'postgres', store = 'secret', cold = false } = asked;
  known('engine', engine, engineNames());
  known('store', store, ['parameter', 'secret']);
  if (provider !== undefined) {
    known('provider', provider, providerNames());
    refuseBeside('provider', { engine: asked.engine, store: asked.store, cold: asked.cold });
  }
  if (store === 'parameter') refuseBeside('store parameter', { cold: asked.cold });
  return run(async (signal, progress) => {
    const options = { engine, signal, progress, enforceRoles: asked['enforce-roles'] };
    const { data, text } =
      provider !== undefined
        ? await ofProvider(provider, options)
        : store === 'parameter'
          ? await ofParameters(options)
          : await ofSecrets({ ...options, mode: cold ? 'cold' : 'warm' });
    const print = () => process.stdout.write(json ? `${JSON.stringify(data, null, 2)}\n` : text(createPaint()));
    return { held: data.held, print };
  });
}

/** Figures, and how a person reads them. */
interface Shown {
  readonly data: Figures;
  text(paint: Paint): string;
}

// Each is loaded not before it is needed: the SDK takes its time.

async function ofSecrets(options: StageOptions & { readonly mode: Mode }): Promise<Shown> {
  const { runDemo } = await import('./demo.ts');
  const { report } = await import('./report.ts');
  const data = await runDemo(options);
  return { data, text: (paint) => report(data, paint) };
}

async function ofParameters(options: StageOptions): Promise<Shown> {
  const { runParameterDemo } = await import('./parameter/demo.ts');
  const { parameterReport } = await import('./parameter/report.ts');
  const data = await runParameterDemo(options);
  return { data, text: (paint) => parameterReport(data, paint) };
}

async function ofProvider(provider: string, { signal, progress, enforceRoles }: StageOptions): Promise<Shown> {
  const { runProviderDemo } = await import('./provider/demo.ts');
  const { providerReport } = await import('./provider/report.ts');
  const data = await runProviderDemo(provider, signal, progress, enforceRoles);
  return { data, text: (paint) => providerReport(data, paint) };
}
