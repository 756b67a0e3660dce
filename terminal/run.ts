import { interruption, statusOf } from './interruption.ts';
import { createProgress, type Progress } from './progress.ts';

/** What a program found out: did everything hold that it claims, and how is it told? */
export interface Result {
  readonly held: boolean;
  print(): void;
}

/** Lets `work` show how far it is, then prints the result; exit status 1 where something did not hold. Ctrl-C stops the work in order. */
export async function run(work: (signal: AbortSignal, progress: Progress['show']) => Promise<Result>): Promise<void> {
  const signal = interruption();
  const progress = createProgress(process.stderr, { isLog: true });
  try {
    const { held, print } = await work(signal, progress.show);
    progress.end();
    print();
    process.exitCode = held ? 0 : 1;
  } catch (error) {
    progress.end();
    if (!signal.aborted) throw error;
    process.stderr.write('stopped; nothing is left behind\n');
    process.exitCode = statusOf(signal);
  }
}
