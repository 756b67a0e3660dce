/** What survives in the heart is known: docs/decisions/0009-mutants.md */
import { describe, expect, it } from 'vitest';
// @ts-expect-error: tools are JavaScript, since they run before anything is installed.
import { changedSince, files, isOfTheseTests, sound } from '../../tools/mutants/baseline.mjs';
// @ts-expect-error: as above.
import { judged } from '../../tools/mutants/judge.mjs';
import { exists, read, sources } from './files.ts';

type Survivor = Record<'file' | 'line' | 'mutant' | 'reason', string>;

const survivors: Survivor[] = JSON.parse(read('test/mutants/survivors.json'));
const names = survivors.map(({ file, line, mutant }) => `${file}: ${line}: ${mutant}`);

describe('a mutant that survives', () => {
  it.each(survivors.map((one, at) => [names[at], one] as const))(
    'has a reason, and its line is there: %s',
    (_name, one) => {
      const lines = exists(one.file) ? read(one.file).split('\n') : [];

      expect(one.reason).toMatch(/\w{3}.*\.$/);
      expect(lines.map((line) => line.trim())).toContain(one.line);
    },
  );

  it('is listed once, in order', () => {
    expect(names).toEqual([...new Set(names)].sort());
  });
});

it.each([
  ...sources('shared/rotation'),
  ...sources('shared/databases/strategies'),
  ...['equal-rights', 'pair', 'password', 'place'].map((name) => `shared/databases/${name}.ts`),
  'shared/keys/plan.ts',
])('%s is of the heart, so it has mutants', (path) => {
  expect(files).toContain(path);
});

describe('the baseline', () => {
  const baseline = JSON.parse(read('test/mutants/baseline.json'));
  const [known = ''] = Object.keys(baseline.tests);

  it('is of all files again when a test is another or gone, and not when one has come', () => {
    const of = (tests: object) => isOfTheseTests({ tests });

    expect([of({}), of({ [known]: 'another' }), of({ 'test/gone.test.ts': 'x' })]).toEqual([true, false, false]);
    expect(changedSince({ tests: { [known]: 'another' }, files: baseline.files })).toEqual(files);
    expect(changedSince({ tests: {}, files: {} })).toEqual(files);
  });

  it('keeps no file of which something is not as it should be', () => {
    expect(sound({ tests: {}, files: { a: 1, b: 2 } }, new Set(['b']))).toEqual({ tests: {}, files: { a: 1 } });
  });
});

describe('the run of mutants', () => {
  const file = 'package.json';
  const mutant = { file, line: '{', mutant: '{ → }', at: 1, killed: false };
  const listed = { file, line: '{', mutant: '{ → }', reason: 'None can tell.' };
  const gone = { ...listed, line: 'a line that is not there' };
  const state = (killed: number) => ({ files: { [file]: { mutants: 100, killed } } });
  const problems = (mutants: unknown[], chosen: string[], list: unknown[], killed = 95): string[] =>
    judged(mutants, chosen, list, state(killed)).problems;

  it.each([
    ['nine of ten, and the one that survives is listed', problems([mutant], [file], [listed])],
    ['a listed one of a file that was not run, whose line is there', problems([], [], [listed])],
    ['exactly ninety per cent', problems([], [], [], 90)],
  ])('passes: %s', (_what, found) => {
    expect(found).toEqual([]);
  });

  it('names the files that are to be run again', () => {
    const { faulty } = judged([mutant], [file], [], state(95));

    expect([...faulty]).toEqual([file]);
  });

  it.each([
    ['one that survives and is not listed', problems([mutant], [file], []), 'not in the list'],
    ['a listed one that is killed', problems([{ ...mutant, killed: true }], [file], [listed]), 'was killed or is gone'],
    ['a listed one that is gone', problems([], [file], [listed]), 'was killed or is gone'],
    ['a listed one whose line is gone', problems([], [], [gone]), 'its line is gone'],
    ['a listed one without a reason', problems([mutant], [file], [{ ...listed, reason: ' ' }]), 'without a reason'],
    ['less than ninety per cent', problems([], [], [], 89), '90 % is the least'],
  ])('fails: %s', (_what, found, words) => {
    expect(found).toEqual([expect.stringContaining(words)]);
  });
});
