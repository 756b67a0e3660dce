import { execFile } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { deflateRawSync } from 'node:zlib';
import { type Spread, spread } from './statistics.ts';

export interface BundleFigures {
  readonly name: string;
  readonly zipBytes: number;
  /** Time of the import in a fresh process. */
  readonly initMs: Spread;
}

export interface InitFigures {
  readonly bundles: readonly BundleFigures[];
  /** The same for a module with nothing in it, in the same run. */
  readonly emptyMs: Spread;
}

const root = fileURLToPath(new URL('../', import.meta.url));
const program = fileURLToPath(new URL('import-time.cjs', import.meta.url));
/** Written as the bundles are: from the root. */
const empty = 'bench/empty.mjs';

/** The bundles of these functions, turn by turn with the empty module, so that a slow moment of the machine hits them alike. */
export async function measureBundles(
  names: readonly string[],
  rounds: number,
  signal: AbortSignal,
): Promise<InitFigures> {
  const files = names.map((name) => `dist/${name}/index.mjs`);
  const times = new Map<string, number[]>([empty, ...files].map((file) => [file, []]));
  // The first of each fills the file cache and is not counted.
  for (let round = 0; round <= rounds; round += 1) {
    for (const [file, all] of times) {
      signal.throwIfAborted();
      const ms = await importMs(file);
      if (round > 0) all.push(ms);
    }
  }
  return {
    emptyMs: spread(times.get(empty) ?? []),
    bundles: files.map((file) => ({
      name: basename(dirname(file)),
      zipBytes: zipBytes(dirname(file)),
      initMs: spread(times.get(file) ?? []),
    })),
  };
}

async function importMs(file: string): Promise<number> {
  const parameters = [program, pathToFileURL(root + file).href];
  return Number((await promisify(execFile)(process.execPath, parameters, { cwd: root, env: {} })).stdout);
}

/** What packaging makes of the folder, with the RDS roots of one region: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT */
function zipBytes(folder: string): number {
  const files = globSync(`${folder}/**/*.{mjs,pem}`, { cwd: root }).filter(
    (file) => !file.includes('rds-roots') || file.endsWith('us-east-1.pem'),
  );
  const entry = (file: string) =>
    deflateRawSync(readFileSync(root + file)).length + 30 + 16 + 46 + 2 * Buffer.byteLength(file);
  return files.reduce((sum, file) => sum + entry(file), 22);
}
