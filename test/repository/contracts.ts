/** The public contracts, found by what keeps them: nobody has to add one to a list. */
import { imports, read, sources } from './files.ts';

export interface Contract {
  readonly name: string;
  readonly file: string;
  /** At its comment. Undefined: there is none. */
  readonly example: string | undefined;
}

/** Nobody imports what is outermost, so what it declares is kept by itself alone. */
const isInner = (file: string) => !file.startsWith('shared/lambda/');

const INTERFACE = /(?:\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\n)?^export interface (\w+)[^{]*\{\n([\s\S]*?)^\}/gm;

/** Interfaces with something to call, which at least two other files keep: one is a piece of its subject, two are a choice. */
export function contracts(files: readonly string[] = sources('shared')): Contract[] {
  return files.filter(isInner).flatMap((file) =>
    [...read(file).matchAll(INTERFACE)].flatMap(([, comment = '', name = '', body = '']) => {
      if (!hasCalls(body)) return [];
      const keepers = files.filter((other) => keeps(read(other), name) && imports(other).includes(file));
      const example = /@example\n([\s\S]*)$/.exec(comment)?.[1]?.replace(/^ \* ?/gm, '');
      return keepers.length > 1 ? [{ name, file, example }] : [];
    }),
  );
}

/** It gives one, or says that what it exports is one. */
function keeps(text: string, name: string): boolean {
  return new RegExp(`(?:\\bsatisfies |\\): (?:Promise<)?|\\bconst \\w+: )${name}\\b`).test(text);
}

function hasCalls(body: string): boolean {
  return /^ {2}(?:readonly )?\w+\??(?:<[^>]*>)?\(/m.test(body.replace(/\/\*[\s\S]*?\*\//g, ''));
}
