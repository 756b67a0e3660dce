import { describe, expect, it } from 'vitest';
import { CLEAR_SCREEN, guarded, legible } from '../../terminal/foreign.ts';
import { createPaint } from '../../terminal/paint.ts';
import { createProgress } from '../../terminal/progress.ts';
import { hanging, tableLine, wrapped } from '../../terminal/table.ts';

const HOSTILE = [
  ['a title', 'a\x1b]0;owned\x07b', 'a�]0;owned�b'],
  ['a cleared screen', 'a\x1b[2Jb', 'a�[2Jb'],
  ['a C1 control', 'a\x9b2Jb', 'a�2Jb'],
  ['DEL, NUL and tab', 'a\x7f\0\tb', 'a���b'],
  ['a row of its own', 'a\nb', 'a�b'],
  ['a line written over', 'a\rb', 'a�b'],
  ['separators of lines', 'a\u2028\u2029b', 'a��b'],
  ['marks of direction', 'a\u202e\u2066\u200fb', 'a���b'],
  ['a letter without a shape', 'a\u200bb', 'a�b'],
] as const;

describe.each(HOSTILE)('%s in the text of others', (_, text, told) => {
  it('is seen, and not obeyed', () => {
    expect(legible(text)).toBe(told);
  });

  it('is no more than its cell, its paragraph, its title, its progress', () => {
    let progress = '';
    const write = (more: string) => {
      progress += more;
    };
    createProgress({ isTTY: true, write }).show(text);

    expect(tableLine([text, 'next'], [{ width: 3 }])).toBe(`${told} next`);
    expect(wrapped(text, 80)).toEqual([told]);
    expect(hanging(text, text, 80)).toEqual([`${told}${told}`]);
    expect(progress).toBe(`\r\x1b[2K${told}`);
  });
});

it('leaves what people write as it is', () => {
  for (const text of ['prod/größe 1 – ✓', '日本語 🔑', '']) expect(legible(text)).toBe(text);
});

describe('behind all that a command writes', () => {
  function written(text: string, isJson = false) {
    let told = '';
    const write = (more: string) => {
      told += more;
    };
    guarded({ write }, isJson).write(text);
    return told;
  }

  it('lines and colours of our own go through, and a screen that is cleared on purpose', () => {
    const paint = createPaint({ isTTY: true });
    const painted = [paint.bold('a'), paint.dim('b'), paint.good('c'), paint.bad('d')].join('\n');

    for (const text of [`${painted}\n`, 'a,b\r\n', CLEAR_SCREEN]) expect(written(text)).toBe(text);
    expect(written(`a${CLEAR_SCREEN}`)).toBe('a�[2J�[H');
  });

  it.each(HOSTILE.filter(([, text]) => !text.includes('\n')))('%s does not', (_, text, told) => {
    expect(written(`${text}\n`)).toBe(`${told}\n`);
  });

  it.each([...HOSTILE, ['a tag beyond 16 bits', 'a\u{e0041}b', ''] as const])(
    'data with %s stays the same data',
    (_, text) => {
      const told = written(`${JSON.stringify([text])}\n`, true);

      expect(JSON.parse(told)).toEqual([text]);
      expect(told.slice(0, -1)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    },
  );

  it('a terminal is known as one', () => {
    expect(guarded({ isTTY: true, write: () => {} }, false).isTTY).toBe(true);
  });
});
