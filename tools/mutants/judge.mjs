// The rule: nine of ten are killed, and whoever survives is listed with a reason, and nobody else.
import { existsSync, readFileSync } from 'node:fs';
import { inRoot } from '../project.mjs';

const LEAST_PERCENT = 90;

const nameOf = ({ file, line, mutant }) => `${file}: ${line}\n    ${mutant}`;

export function judged(mutants, chosen, survivors, { files }) {
  const listed = new Set(survivors.map(nameOf));
  const alive = new Map(mutants.filter(({ killed }) => !killed).map((mutant) => [nameOf(mutant), mutant]));
  const counts = Object.values(files);
  const score = { mutants: sum(counts, 'mutants'), killed: sum(counts, 'killed') };
  const percent = Math.floor((1000 * score.killed) / Math.max(1, score.mutants)) / 10;
  const problems = [
    ...[...alive]
      .filter(([name]) => !listed.has(name))
      .map(([name, { file, at }]) => ({ file, text: `survived, and is not in the list (${file}:${at})\n  ${name}` })),
    ...survivors
      .filter((survivor) => chosen.includes(survivor.file) && !alive.has(nameOf(survivor)))
      .map((survivor) => told(survivor, 'is in the list, and was killed or is gone')),
    ...survivors
      .filter((survivor) => !chosen.includes(survivor.file) && !hasLine(survivor))
      .map((survivor) => told(survivor, 'is in the list, and its line is gone')),
    ...survivors
      .filter(({ reason }) => typeof reason !== 'string' || reason.trim() === '')
      .map((survivor) => told(survivor, 'is in the list without a reason')),
  ];
  if (percent < LEAST_PERCENT) problems.push({ text: `${percent} % killed, and ${LEAST_PERCENT} % is the least` });
  return {
    problems: problems.map(({ text }) => text),
    faulty: new Set(problems.map(({ file }) => file)),
    score: { ...score, percent },
  };
}

const told = (survivor, what) => ({ file: survivor.file, text: `${what}\n  ${nameOf(survivor)}` });

const sum = (counts, field) => counts.reduce((total, count) => total + count[field], 0);

function hasLine({ file, line }) {
  if (!existsSync(inRoot(file))) return false;
  return readFileSync(inRoot(file), 'utf8')
    .split('\n')
    .some((one) => one.trim() === line);
}
