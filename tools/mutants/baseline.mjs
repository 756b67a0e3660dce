// What was seen of each file, so that another run need not be whole. By content: a fresh clone has no times, and perhaps no history.
import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { digest, inRoot, root } from '../project.mjs';
import { mutated, suites } from './scope.mjs';

const found = (globs) => globs.flatMap((glob) => globSync(glob, { cwd: root })).sort();
const text = (path) => readFileSync(inRoot(path), 'utf8');

/** Every file that has mutants. */
export const files = found(mutated);

/** Those that differ from what was seen; all when a test does, for it may kill less than before. */
export function changedSince(baseline) {
  if (!isOfTheseTests(baseline)) return files;
  return files.filter((file) => baseline.files[file]?.digest !== digest(text(file)));
}

/** Every test that was there is there, as it was. Others may have come, which kill more at most. */
export function isOfTheseTests({ tests }) {
  const now = testsNow();
  return Object.entries(tests).every(([path, seen]) => now[path] === seen);
}

/** The next baseline: what was seen now of the files that were run, and what was seen before of the others. */
export function stateOf(mutants, chosen, baseline) {
  const seen = files.map((file) => {
    if (!chosen.includes(file)) return [file, baseline.files[file]];
    const own = mutants.filter((mutant) => mutant.file === file);
    const killed = own.filter((mutant) => mutant.killed).length;
    return [file, { mutants: own.length, killed, digest: digest(text(file)) }];
  });
  return { tests: testsNow(), files: Object.fromEntries(seen.filter(([, state]) => state !== undefined)) };
}

/** What may be written: a file of which something is not as it should be is run again. */
export function sound(state, faulty) {
  return { ...state, files: Object.fromEntries(Object.entries(state.files).filter(([file]) => !faulty.has(file))) };
}

/** The digests of the suites, of all below `test` that they import, and of how they are run. */
function testsNow() {
  const paths = new Set(found(['tools/mutants/*.mjs']));
  const follow = (path) => {
    if (paths.has(path) || !path.startsWith('test/')) return;
    paths.add(path);
    for (const [, name] of text(path).matchAll(/from '(\.[^']+)'/g)) follow(join(dirname(path), name));
  };
  for (const suite of found(suites)) follow(suite);
  return Object.fromEntries([...paths].sort().map((path) => [path, digest(text(path))]));
}
