/** The rows of the matrix. */
import { loadEngine } from '../../demo/engine.ts';
import type { Way } from './case.ts';
import { provenEngines } from './pictures.ts';
import type { Course } from './places.ts';

export interface CrashRow extends Course {
  readonly id: string;
  /** A few of its cases are played in every run of the tests. */
  readonly isQuick: boolean;
}

/** One that makes a second key, one that has two names for one key, one of AWS, and one whose admin makes it. */
const providers = ['sendgrid', 'openai', 'iam', 'okta'];
const quick = ['postgres/single-user', 'postgres/alternating-users', 'keys/sendgrid'];

/** `missing` is told of a server that is not installed. */
export async function crashRows(missing: (line: string) => void): Promise<readonly CrashRow[]> {
  const rows: Course[] = [];
  for (const system of provenEngines) {
    const { strategies, missing: whatIsMissing } = await loadEngine(system);
    const what = whatIsMissing?.();
    if (what !== undefined) {
      missing(`${what} is not installed, and left out: npm run servers`);
      continue;
    }
    for (const strategy of strategies) {
      rows.push({ system, strategy, store: 'Secrets Manager', isFirst: false });
      if (strategy === 'alternating-users') rows.push({ system, strategy, store: 'Secrets Manager', isFirst: true });
      rows.push({ system, strategy, store: 'Parameter Store', isFirst: false });
    }
  }
  for (const system of providers) {
    rows.push(
      { system, store: 'Secrets Manager', isFirst: false },
      { system, store: 'Parameter Store', isFirst: false },
    );
  }
  return rows.map((row) => {
    const id = idOf(row);
    return { ...row, id, isQuick: quick.includes(id) };
  });
}

function idOf({ system, strategy, store, isFirst }: Course): string {
  const names = strategy === undefined ? ['keys', system] : [system, strategy];
  return [...names, ...(isFirst ? ['first'] : []), ...(store === 'Parameter Store' ? ['parameter'] : [])].join('/');
}

/** docs/reliability.md tells why, under Known. */
export function isKnown({ strategy }: Course, way: Way | undefined, property: string): boolean {
  const isKept = strategy === 'alternating-users' || strategy === undefined;
  return isKept && way?.isBlind === true && property === 'converges';
}
