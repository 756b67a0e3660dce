/**
 * Groups of files that import one another, directly or through others; each sorted. Types count: a file cannot be understood without
 * what it names.
 */
export function circles(files: readonly string[], importsOf: (file: string) => readonly string[]): string[][] {
  const reached = new Map(files.map((file) => [file, reachedFrom(file, importsOf)]));
  const isInOne = (file: string) => reached.get(file)?.has(file) === true;
  const groups = new Map<string, string[]>();
  for (const file of files.filter(isInOne).sort()) {
    const others = files.filter((other) => reached.get(file)?.has(other) && reached.get(other)?.has(file));
    groups.set(others.sort().join(' '), others);
  }
  return [...groups.values()];
}

/** Everything that this file imports, and what that imports, without the file itself unless it comes back to it. */
export function reachedFrom(start: string, importsOf: (file: string) => readonly string[]): ReadonlySet<string> {
  const found = new Set<string>();
  const waiting = [...importsOf(start)];
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (found.has(file)) continue;
    found.add(file);
    waiting.push(...importsOf(file));
  }
  return found;
}
