/** Templates of one function each, made here, and the folder that tools/package.mjs leaves for one. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Alone } from '../../tools/stack/alone.ts';
import { aloneOf } from '../../tools/stack/alone.ts';
import { choose } from '../../tools/stack/choose.ts';
import { plainOf } from '../../tools/stack/plain.ts';
import { type Blocks, naming, templateOf, type Whole } from './stack.ts';

export const DIGEST = 'a'.repeat(64);

export function alone(blocks: Blocks, key: string): Alone {
  const only = { key, name: `rekey-dev-${key}`, prefix: 'rekey-dev', description: 'It', digest: DIGEST };
  return aloneOf(templateOf(choose(blocks, key)), only, naming);
}

/** As it is for whoever unpacks it: the zip here is none. */
export async function folderOf(made: Alone): Promise<string> {
  const folder = await temporary();
  const write = (name: string, text: string) => writeFile(join(folder, name), text);
  await Promise.all([
    write('code.zip', 'PK'),
    write('template.json', JSON.stringify(made)),
    write('function.json', JSON.stringify(plainOf(made))),
  ]);
  return folder;
}

export async function temporary(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'rekey-alone-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

/** One to compare with: the same function in a stack. */
export const together = (blocks: Blocks, key: string): Whole => templateOf(choose(blocks, key));
