// npm run mutants: small faults are made in the heart, one at a time, and the heart's own suites must notice.
//   npm run mutants                  all of them; each file that passes is in the baseline for --changed
//   npm run mutants -- --changed     those of files that differ from the baseline; all when their tests do
//   npm run mutants -- FILE…         those of some files, while working on them
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { inRoot } from '../project.mjs';
import { changedSince, files, isOfTheseTests, sound, stateOf } from './baseline.mjs';
import { judged } from './judge.mjs';
import { mutantsOf, readJson } from './run.mjs';

const BASELINE = 'test/mutants/baseline.json';
const SURVIVORS = 'test/mutants/survivors.json';

const { values, positionals } = parseArgs({ options: { changed: { type: 'boolean' } }, allowPositionals: true });
const baseline = readJson(BASELINE);
const chosen = positionals.length > 0 ? positionals : values.changed ? changedSince(baseline) : files;
const mutants = chosen.length === 0 ? [] : await mutantsOf(chosen);
const state = stateOf(mutants, chosen, baseline);
const { problems, faulty, score } = judged(mutants, chosen, readJson(SURVIVORS), state);

for (const problem of problems) console.log(problem);
console.log(
  `${score.killed} of ${score.mutants} mutants killed (${score.percent} %), ${chosen.length} of ${files.length} files run`,
);
if (problems.length > 0) process.exitCode = 1;
// What was seen of other files holds as long as the tests do.
if (chosen === files || isOfTheseTests(baseline)) {
  writeFileSync(inRoot(BASELINE), `${JSON.stringify(sound(state, faulty), undefined, 2)}\n`);
}
