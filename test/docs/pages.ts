/** The pages of the documentation, and what the tests look for in them. */
import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../../', import.meta.url));

export const pages: readonly string[] = ['*.md', 'docs/**/*.md', 'events/*.md']
  .flatMap((pattern) => globSync(pattern, { cwd: root }))
  .map((path) => path.replaceAll('\\', '/'))
  .sort();

export function page(path: string): string {
  return readFileSync(`${root}${path}`, 'utf8');
}

export interface Block {
  /** What stands behind the fence: `sh run`. */
  readonly info: string;
  readonly text: string;
  readonly line: number;
}

/** Fenced blocks, also those that are indented in a list. */
export function blocks(markdown: string): Block[] {
  const found = markdown.matchAll(/^( *)```([^\n]*)\n([\s\S]*?)^\1```$/gm);
  return [...found].map(({ 2: info = '', 3: text = '', index }) => ({
    info: info.trim(),
    text,
    line: markdown.slice(0, index).split('\n').length,
  }));
}

export function withoutBlocks(markdown: string): string {
  return markdown.replace(/^( *)```[\s\S]*?^\1```$/gm, '');
}

/** The rows of the first table after `heading`, cells trimmed, without the head. */
export function table(markdown: string, after: string): string[][] {
  const at = markdown.indexOf(after);
  if (at < 0) throw new Error(`no such text: ${after}`);
  const lines = markdown.slice(at + after.length).split('\n');
  const first = lines.findIndex((line) => line.startsWith('|'));
  const rows: string[][] = [];
  for (const line of lines.slice(first)) {
    if (!line.startsWith('|')) break;
    rows.push(
      line
        .split(/(?<!\\)\|/)
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
  }
  return rows.slice(2);
}

/** Anchors as the usual hosts make them from headings. */
export function anchors(markdown: string): Set<string> {
  const headings = withoutBlocks(markdown).matchAll(/^#+ (.+)$/gm);
  return new Set(
    [...headings].map(([, text = '']) =>
      text
        .trim()
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}
