/** Command lines of every program, each with a mistake in it, so that none goes to work. */
import { Worker } from 'node:worker_threads';
import fc from 'fast-check';
import { UsageError } from '../../../terminal/usage.ts';
import { oddText } from '../mutation.ts';
import { target } from '../target.ts';

/** The words that each knows. */
const programs = {
  cli: [
    'cost',
    'explain',
    '--region',
    'eu-west-1',
    '--json',
    '--all',
    '--read-sizes',
    '--endpoint-url',
    'http://127.0.0.1:1',
  ],
  local: ['--port', '0', '70000', '--database', 'none', 'postgres'],
  demo: ['--engine', 'postgres', '--store', 'parameter', '--cold', '--provider', 'okta', '--json'],
  bench: [
    '--quick',
    '--check',
    '--renew',
    '--against',
    '.',
    '--python',
    '--engine',
    '--mode',
    '--delay',
    '15',
    '--json',
  ],
  prove: [
    '--section',
    'service',
    '--only',
    '--quick',
    '--seed',
    '1',
    '--replay',
    'single-user/twice:0.0',
    '--json',
    '-',
  ],
} as const;
type Program = keyof typeof programs;

interface Line {
  readonly program: Program;
  readonly words: readonly string[];
  /** No program has an option that begins so, and none takes it for a value. */
  readonly mistake: string;
  readonly at: number;
}

/** A NUL never gets to a program: the system refuses it. */
const word = oddText.map((text) => text.replaceAll('\0', '').slice(0, 2_000));
const line: fc.Arbitrary<Line> = fc.constantFrom(...(Object.keys(programs) as Program[])).chain((program) =>
  fc.record({
    program: fc.constant(program),
    words: fc.array(fc.oneof(fc.constantFrom<string>(...programs[program]), word), { maxLength: 6 }),
    mistake: word.map((text) => `--zz${text}`),
    at: fc.nat(6),
  }),
);

export const commandLines = target<Line>({
  id: 'command-lines',
  what: 'command lines of rekey, sandbox, start, bench and prove, each with a mistake: exit status 2',
  inputs: { whole: 120, quick: 12 },
  async begin() {
    return {
      input: line,
      secrets: () => [],
      async give({ program, words, mistake, at }) {
        const { status, stderr } = await ran(program, words.toSpliced(Math.min(at, words.length), 0, mistake));
        const lines = stderr.trimEnd().split('\n');
        // Whoever asks for help gets it, whatever else stands there.
        if (status === 0 && words.some((one) => one === '--help' || one === '-h')) return;
        if (status !== 2 || lines[0] === '' || /^\s+at /m.test(stderr))
          throw new Error(`exit status ${status}: ${stderr}`);
        throw new UsageError(lines[0] ?? '', lines[1] ?? '');
      },
    };
  },
});

async function ran(program: Program, argv: readonly string[]): Promise<{ status: number; stderr: string }> {
  const main = new URL(`../../../${program}/main.ts`, import.meta.url);
  const worker = new Worker(main, { argv: [...argv], stdout: true, stderr: true });
  let stderr = '';
  worker.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  worker.stdout.resume();
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  worker.on('error', reject);
  worker.on('exit', resolve);
  const status = await promise;
  return { status, stderr };
}
