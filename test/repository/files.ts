import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));
export const read = (path: string) => readFileSync(join(root, path), 'utf8');
export const exists = (path: string) => existsSync(join(root, path));

/** Paths from the root, with slashes, sorted. An absent folder is an empty one. */
export const sources = (folder: string): string[] => filesNamed(folder, /\.ts$/);

/** The same, with what is plain JavaScript. */
export const programs = (folder: string): string[] => filesNamed(folder, /\.([cm]?js|ts)$/);

/** Data for programs. */
export const texts = (folder: string): string[] => filesNamed(folder, /\.(json|ya?ml)$/);

function filesNamed(folder: string, name: RegExp): string[] {
  if (!exists(folder)) return [];
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && name.test(entry.name))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .sort();
}

/** What a file imports: paths from the root, or names of packages. */
export function imports(path: string): string[] {
  return importedBy(path, /(?:\bfrom|\bimport\s*\(|\bimport)\s*['"]([^'"]+)['"]/g);
}

/** Of these, what is loaded with the file: neither types nor what waits behind `import()`. */
export function importsAtStart(path: string): string[] {
  return importedBy(path, /^(?:import|export) (?!type\b)[^;=]*?from '([^']+)'/gm);
}

function importedBy(path: string, statements: RegExp): string[] {
  return [...withoutComments(read(path)).matchAll(statements)].map(([, name = '']) =>
    name.startsWith('.') ? join(dirname(path), name).split(sep).join('/') : name,
  );
}

/** The names that a file's code has, those behind a dot left out: they are others' choice. */
export function identifiersIn(path: string, text = read(path)): ReadonlySet<string> {
  let code = withoutComments(text).replace(
    /(?<=[=(,:!&|?{};]\s*)\/(?:[^/\\\n[]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/g,
    '/ /',
  );
  // The innermost template first; what it is filled with is code.
  const template = /`(?:[^`\\$]|\\.|\$(?!\{)|\$\{[^`]*?\})*`/g;
  while (template.test(code)) {
    code = code.replace(template, (all) => [...all.matchAll(/\$\{([^`]*?)\}/g)].map(([, inner]) => inner).join(' '));
    template.lastIndex = 0;
  }
  code = code.replace(/'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"/g, "''");
  return new Set(code.match(/(?<![.\w$]|\.\.\.)[A-Za-z_$][\w$]*/g));
}

export function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1');
}

/** The functions of the product: functions/<name>.ts. */
export const functionNames = sources('functions')
  .filter((path) => path.split('/').length === 2)
  .map((path) => path.slice('functions/'.length, -'.ts'.length));
