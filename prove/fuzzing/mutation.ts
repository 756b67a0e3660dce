/** What is done to a good input: to the members of a JSON text, and to its characters. */
import fc from 'fast-check';

/** A text that trips parsers. */
export const oddText: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.string({ unit: 'grapheme', maxLength: 30 }),
  fc.constantFrom(
    ...[
      '',
      '\0',
      'a\0b',
      '\uFEFF',
      '\uD800',
      '\uDC00x',
      '\u202E',
      ' ',
      '\r\n',
      '%00',
      '%',
      '$&',
      "'",
      '"',
      '\\',
      '{}',
      '::',
    ],
    ...[
      '__proto__',
      'constructor',
      'prototype',
      'toString',
      'hasOwnProperty',
      'null',
      'undefined',
      'NaN',
      '../../x',
      '{{}}',
    ],
    ...[
      'https://user:pass@example.com:99999/',
      'http://[',
      '2026-02-30T25:61:00Z',
      '+275760-09-13T00:00:00.001Z',
      '-1',
      '1e400',
    ],
  ),
  fc.constantFrom(100, 300, 5_000, 70_000).map((length) => 'x'.repeat(length)),
  fc.constantFrom(',', '(', '{"a":', '[', '\\').map((one) => one.repeat(20_000)),
);

/** The JSON of something that nobody expected there. */
export const oddJson: fc.Arbitrary<string> = fc.oneof(
  oddText.map((text) => JSON.stringify(text)),
  fc.constantFrom(
    'null',
    'true',
    'false',
    '0',
    '-0',
    '1.0',
    '1e999',
    '-1',
    '12345678901234567890',
    '0.1e-400',
    '99999999999',
  ),
  fc.constantFrom(
    '[]',
    '{}',
    '[[]]',
    '[null]',
    '{"":{}}',
    '{"__proto__":{"admin":true}}',
    '{"toString":1,"valueOf":1}',
  ),
  fc.constantFrom(50, 3_000).map((depth) => '['.repeat(depth) + ']'.repeat(depth)),
  fc.json({ maxDepth: 3 }),
);

interface Edit {
  /** Which of the members, counted from the outside. */
  readonly at: number;
  readonly how: 'drop' | 'replace' | 'rename' | 'twice' | 'wrap' | 'quote';
  readonly value: string;
  readonly name: string;
}

interface Cut {
  /** Where, in thousandths of the text. */
  readonly at: number;
  readonly drops: number;
  readonly inserts: string;
}

export interface Mutation {
  readonly edits: readonly Edit[];
  readonly cuts: readonly Cut[];
}

const edit: fc.Arbitrary<Edit> = fc.record({
  at: fc.nat(200),
  how: fc.constantFrom('drop', 'replace', 'rename', 'twice', 'wrap', 'quote'),
  value: oddJson,
  name: oddText,
});
const cut: fc.Arbitrary<Cut> = fc.record({
  at: fc.nat(1000),
  drops: fc.oneof(fc.nat(3), fc.constant(1_000_000)),
  inserts: fc.oneof(fc.constant(''), fc.string({ unit: 'binary', maxLength: 4 }), oddText),
});

/** Mostly of members, so that the text is still JSON and is looked into. */
export const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ edits: fc.array(edit, { minLength: 1, maxLength: 4 }), cuts: fc.constant([]) }) },
  { weight: 1, arbitrary: fc.record({ edits: fc.constant([]), cuts: fc.array(cut, { minLength: 1, maxLength: 3 }) }) },
);

/** One of these texts, and what a mutation makes of it. */
export function mutated(seeds: readonly string[]): fc.Arbitrary<string> {
  return fc.tuple(fc.constantFrom(...seeds), mutation).map(([text, change]) => changed(text, change));
}

/** `keepsKinds`: texts stay texts, and lists lists; members may still be missing, or have other names. */
export function changed(text: string, { edits, cuts }: Mutation, { keepsKinds = false } = {}): string {
  const tree = treeOf(text);
  const some = keepsKinds ? edits.filter(({ how }) => how === 'drop' || how === 'rename' || how === 'replace') : edits;
  const edited =
    tree === undefined
      ? some.reduce(withEditOfXml, text)
      : written(some.reduce((one, each) => withEdit(one, each, keepsKinds), tree));
  return cuts.reduce((all, { at, drops, inserts }) => {
    const start = Math.floor((all.length * at) / 1000);
    return all.slice(0, start) + inserts + all.slice(start + drops);
  }, edited);
}

/** A JSON value in which a member may stand twice, or be written in a way that no value is. */
type Tree = string | { readonly list: readonly Tree[] } | { readonly members: readonly (readonly [string, Tree])[] };

function treeOf(text: string): Tree | undefined {
  try {
    return grown(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function grown(value: unknown): Tree {
  if (Array.isArray(value)) return { list: value.map(grown) };
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  return { members: Object.entries(value).map(([name, inner]) => [name, grown(inner)] as const) };
}

function written(tree: Tree): string {
  if (typeof tree === 'string') return tree;
  if ('list' in tree) return `[${tree.list.map(written).join(',')}]`;
  return `{${tree.members.map(([name, inner]) => `${JSON.stringify(name)}:${written(inner)}`).join(',')}}`;
}

function sizeOf(tree: Tree): number {
  if (typeof tree === 'string') return 1;
  const inner = 'list' in tree ? tree.list : tree.members.map(([, one]) => one);
  return inner.reduce((all, one) => all + sizeOf(one), 1);
}

/** What is no JSON is XML, of which an element is emptied or gets another text. */
function withEditOfXml(text: string, { at, how, name }: Edit): string {
  const leaves = [...text.matchAll(/<(\w+)>[^<]*<\/\1>/g)];
  const found = leaves[at % Math.max(leaves.length, 1)];
  if (found === undefined) return text;
  const { 0: leaf, 1: tag, index } = found;
  const other =
    how === 'drop' ? '' : how === 'twice' ? leaf + leaf : `<${tag}>${name.replaceAll('<', '&lt;')}</${tag}>`;
  return text.slice(0, index) + other + text.slice(index + leaf.length);
}

function withEdit(tree: Tree, { at, how, value, name }: Edit, keepsKinds: boolean): Tree {
  let left = at % sizeOf(tree);
  const edited = (one: Tree): Tree =>
    keepsKinds
      ? typeof one === 'string' && one.startsWith('"')
        ? JSON.stringify(name)
        : one
      : how === 'wrap'
        ? { list: [one] }
        : how === 'quote'
          ? JSON.stringify(written(one))
          : value;
  const member = (key: string, one: Tree): readonly (readonly [string, Tree])[] => {
    if (how === 'drop') return [];
    if (how === 'rename') return [[name, one]];
    if (how === 'twice')
      return [
        [key, one],
        [key, value],
      ];
    return [[key, edited(one)]];
  };
  const visit = (one: Tree): Tree => {
    if (left-- === 0) return edited(one);
    if (typeof one === 'string') return one;
    if ('list' in one) return { list: one.list.map(visit) };
    return {
      members: one.members.flatMap(([key, inner]) => {
        if (left !== 0) return [[key, visit(inner)] as const];
        left--;
        return member(key, inner);
      }),
    };
  };
  return visit(tree);
}
