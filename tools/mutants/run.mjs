// Runs Stryker over some files, and says of each mutant what became of it.
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { Stryker } from '@stryker-mutator/core';
import { inRoot, root } from '../project.mjs';

const FOLDERS = ['shared', 'test', 'tools'];

/**
 * Gives `{ file, line, mutant, killed }` of each mutant that counts: `line` is the text of the line where it begins, and `mutant` what
 * stands there now, and what would in its place. Neither is a number that any other change moves.
 */
export async function mutantsOf(files) {
  process.chdir(root);
  const results = await new Stryker({
    testRunner: 'vitest',
    plugins: ['@stryker-mutator/vitest-runner', './tools/mutants/words.mjs'],
    ignorers: ['words'],
    mutate: files,
    vitest: { configFile: 'tools/mutants/vitest.config.mjs', related: false },
    coverageAnalysis: 'perTest',
    concurrency: 2,
    timeoutMS: 5000,
    reporters: process.stdout.isTTY ? ['progress'] : ['progress-append-only'],
    logLevel: 'error',
    allowConsoleColors: false,
    ignorePatterns: ['*', ...FOLDERS.flatMap((folder) => [`!${folder}`, `!${folder}/**`]), '!package.json'],
    tempDirName: '.cache/mutants',
    // TypeScript 7 has no programming interface that Stryker could read it with.
    tsconfigFile: 'none',
  }).runMutationTest();
  return results.filter(({ status }) => status !== 'Ignored').map(told);
}

function told({ fileName, location: { start, end }, replacement, status, statusReason }) {
  const lines = readFileSync(fileName, 'utf8')
    .split('\n')
    .slice(start.line - 1, end.line);
  const [first = ''] = lines;
  const last = lines.length - 1;
  lines[last] = lines[last].slice(0, end.column - 1);
  lines[0] = lines[0].slice(start.column - 1);
  if (['CompileError', 'RuntimeError', 'Pending'].includes(status)) {
    throw new Error(`${fileName}:${start.line}: ${status} ${statusReason ?? ''}`);
  }
  return {
    file: relative(root, fileName),
    line: first.trim(),
    mutant: `${short(lines.join(' '))} → ${short(replacement)}`,
    at: start.line,
    killed: status === 'Killed' || status === 'Timeout',
  };
}

const short = (text) => {
  const flat = text.replace(/\s+/g, ' ').trim();
  return flat.length > 60 ? `${flat.slice(0, 60)}…` : flat;
};

export const readJson = (path) => JSON.parse(readFileSync(inRoot(path), 'utf8'));
