/** Text that others have written: names, labels, what services and functions answer. */
import type { Output } from './output.ts';

/** What a terminal obeys or hides in place of showing it: control characters, line ends, marks of direction, letters without a shape. */
const UNSEEN = String.raw`[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]`;
/** The colours of paint.ts, and line ends: whole lines are written, and tables for spreadsheets. */
const OURS = `\x1b\\[(?:1|2|22|31|32|39)m|\r?\n`;
const unseen = new RegExp(UNSEEN, 'gu');
const unseenOrOurs = new RegExp(`(${OURS})|${UNSEEN}`, 'gu');

const SUBSTITUTE = '\ufffd';
export const CLEAR_SCREEN = '\x1b[2J\x1b[H';

/** In one line, whatever is in it, and as wide as it has characters. */
export function legible(text: string): string {
  return text.replace(unseen, SUBSTITUTE);
}

/** Behind all that a command writes, for whoever forgets `legible`. Data stays the same data: JSON has a spelling for every character. */
export function guarded(output: Output, isJson: boolean): Output {
  const shown = isJson ? escaped : () => SUBSTITUTE;
  return {
    ...(output.isTTY !== undefined && { isTTY: output.isTTY }),
    write: (text) =>
      output.write(
        text === CLEAR_SCREEN ? text : text.replace(unseenOrOurs, (one, ours?: string) => ours ?? shown(one)),
      ),
  };
}

function escaped(character: string): string {
  return Array.from({ length: character.length }, (_, at) => {
    return `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`;
  }).join('');
}
