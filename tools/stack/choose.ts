/** Which functions a deployment takes: `--param functions=postgres-single-user,datadog-*`. */

/** Throws where a name, or a glob, is nobody's. */
export function choose<Block>(blocks: Readonly<Record<string, Block>>, wanted: string): Record<string, Block> {
  const names = Object.keys(blocks);
  const globs = wanted
    .split(',')
    .map((glob) => glob.trim())
    .filter(Boolean);
  if (globs.length === 0) throw new Error(`functions: none is named. There are ${names.join(', ')}`);
  const named = new Set(globs.flatMap((glob) => matching(glob, names)));
  return Object.fromEntries(Object.entries(blocks).filter(([name]) => named.has(name)));
}

/** The names that a glob matches. */
export function chosen(glob: string, names: readonly string[]): readonly string[] {
  const pattern = new RegExp(`^${glob.replace(/[^\w*-]/g, '\\$&').replaceAll('*', '.*')}$`);
  return names.filter((name) => pattern.test(name));
}

function matching(glob: string, names: readonly string[]): readonly string[] {
  const found = chosen(glob, names);
  if (found.length > 0) return found;
  throw new Error(`functions: no function is named ${glob}${guess(glob, names)} There are ${names.join(', ')}`);
}

/** The end of a sentence. */
export function guess(typed: string, names: readonly string[]): string {
  const near = names.filter((name) => isNear(typed, name)).slice(0, 3);
  return near.length > 0 ? `, did you mean ${near.join(' or ')}?` : '.';
}

/** A name that begins or goes on alike, or that a few letters more, fewer or other make of it. */
function isNear(typed: string, name: string): boolean {
  const word = typed.replaceAll('*', '').toLowerCase().replaceAll('_', '-');
  return (
    word !== '' && (name.includes(word) || word.includes(name) || distance(word, name) <= Math.ceil(name.length / 4))
  );
}

/** Letters to put in, leave out or change. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (const [line, letter] of [...a].entries()) {
    const next = [line + 1];
    for (const [column, other] of [...b].entries()) {
      const changed = (row[column] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(changed, (next[column] ?? 0) + 1, (row[column + 1] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
