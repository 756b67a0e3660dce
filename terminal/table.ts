/** Tables and paragraphs of so many characters a line. What is in them may be the text of others; colours come after. */
import { legible } from './foreign.ts';

export interface Column {
  readonly width: number;
  readonly align?: 'left' | 'right';
}

/** Cells in their columns, without blanks at the end. A cell that is longer than its column moves the others. */
export function tableLine(cells: readonly string[], columns: readonly Column[], gap = ' '): string {
  return cells
    .map(legible)
    .map((cell, index) => {
      const { width = 0, align = 'left' } = columns[index] ?? {};
      return align === 'left' ? cell.padEnd(width) : cell.padStart(width);
    })
    .join(gap)
    .trimEnd();
}

export function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of legible(text).split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

/** A paragraph behind its title: what does not fit beside it stands below the text. */
export function hanging(title: string, text: string, width: number): string[] {
  const [first = '', ...others] = wrapped(text, width - title.length);
  return [`${legible(title)}${first}`, ...others.map((line) => `${' '.repeat(title.length)}${line}`)];
}

/** Names of one team begin alike and end differently, or the other way round: the middle goes. */
export function shortened(name: string, width: number): string {
  if (name.length <= width) return name;
  const tail = Math.floor((width - 1) / 2);
  return `${name.slice(0, width - 1 - tail)}…${name.slice(-tail)}`;
}
