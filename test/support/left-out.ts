/** Of the suites that play one strategy on one server, a run plays some, others in each run. `.ci/run` and `npm run test:all` play all. */
import { createHash } from 'node:crypto';
import { globSync } from 'node:fs';

const SUITES = 'test/shared/databases/strategies/*-on-*.test.ts';
const ALWAYS = /(single-user|alternating-users)-on-postgres\.test\.ts$/;

/** Files that a run leaves out whose parameters are these: none in the whole matrix, and none where somebody names files. */
export function leftOut(parameters: readonly string[], seed: string, matrix: string | undefined, few = 7): string[] {
  const isNamed = parameters.some((parameter) => !parameter.startsWith('-') && !['run', 'list'].includes(parameter));
  if (matrix === 'all' || isNamed) return [];
  const place = (file: string) => createHash('sha256').update(`${seed} ${file}`).digest('hex');
  const byChance = globSync(SUITES)
    .filter((file) => !ALWAYS.test(file))
    .sort((a, b) => (place(a) < place(b) ? -1 : 1));
  return byChance.slice(few);
}
