/** docs/runbook.md, taken apart. It is the only source of what a code means and what to do then. */
import { packaged } from './package.ts';

export interface Entry {
  readonly code: string;
  /** Means, Works now, Do, Never: as the page has them, without its markup. */
  readonly parts: readonly { readonly label: string; readonly lines: readonly string[] }[];
  /** What the entry sends people to, in the order in which it names them. */
  readonly moves: readonly Move[];
}

export interface Move {
  readonly title: string;
  /** Paragraphs, and blocks of commands as they are. */
  readonly parts: readonly (string | { readonly commands: string })[];
}

/** Undefined: the runbook has no such code. */
export function entryOf(code: string): Entry | undefined {
  const page = packaged('docs/runbook.md');
  const text = section(page, code);
  if (text === undefined) return undefined;
  const parts = text
    .split(/^- \*\*/m)
    .slice(1)
    .map((part) => {
      const [, label = '', said = ''] = /^([^*]+):\*\* ([\s\S]*)$/.exec(part) ?? [];
      return { label, lines: linesOf(said) };
    });
  const anchors = [...text.matchAll(/\]\(#([a-z-]+)\)/g)].map(([, anchor]) => anchor);
  return { code, parts, moves: [...new Set(anchors)].flatMap((anchor) => moveOf(page, anchor)) };
}

function moveOf(page: string, anchor: string | undefined): Move[] {
  const titles = [...page.matchAll(/^### (.+)$/gm)].map(([, title = '']) => title);
  const title = titles.find((one) => one.toLowerCase().replaceAll(' ', '-') === anchor);
  const text = title === undefined ? undefined : section(page, title);
  if (title === undefined || text === undefined) return [];
  const parts = text.split(/^(```[\s\S]*?^```)$/m).flatMap((part): Move['parts'] => {
    const commands = /^```\w*[^\n]*\n([\s\S]*?)\n```$/.exec(part)?.[1];
    return commands === undefined ? linesOf(part) : [{ commands }];
  });
  return [{ title, parts }];
}

function section(page: string, title: string): string | undefined {
  const [, rest] = page.split(`\n### ${title}\n`);
  return rest?.split(/^##+ /m)[0];
}

/** Lines of prose, lists and tables without their markup. The head of a table says nothing that its cells do not. */
function linesOf(markdown: string): string[] {
  return markdown
    .replace(/^\|.*\|\n\|[-| ]+\|$/gm, '')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) =>
      line
        .trim()
        .replace(/\[([^\]]+)\]\([^)]+\)/g, '$1')
        .replace(/^\| (.*) \|$/, '$1')
        .replace(' | ', ': ')
        .split(/`([^`]*)`/)
        .map((part, index) => (index % 2 === 1 ? part : withoutMarks(part)))
        .join(''),
    );
}

/** Between spans of code, in which a star is a star. */
function withoutMarks(text: string): string {
  return text
    .replaceAll(' | ', '. Then ')
    .replaceAll('**', '')
    .replaceAll(/\*([^*]+)\*/g, '"$1"');
}
