/** The package that this runs from: a clone, or the one that the bundle of the tool is. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

function root(): string {
  let folder = import.meta.dirname;
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  return folder;
}

export function packaged(path: string): string {
  return readFileSync(join(root(), path), 'utf8');
}
