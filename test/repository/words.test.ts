/** One word means one thing: these names are taken, once, or are too vague to be taken at all. */
import { expect, it } from 'vitest';
import { identifiersIn, read, sources, withoutComments } from './files.ts';

const shipped = sources('shared');
const named = new Map(shipped.map((path) => [path, identifiersIn(path)]));
const functions = shipped.flatMap((path) =>
  [...read(path).matchAll(/^(?:export )?(?:async )?function\*? (\w+)/gm)].map(([, name = '']) => ({ path, name })),
);

it('names are read out of code, not out of comments and texts', () => {
  const code = [
    '// a comment',
    "const one = 'text';",
    `const two = \`words \${ three(\`more \${four} words\`) } it's\`;`,
    "const five = /[`']word/u.test(six.seven);",
    'type Eight = { readonly nine: "ten" };',
  ];

  expect([...identifiersIn('', code.join('\n'))].filter((name) => !/^(const|readonly|type)$/.test(name))).toEqual([
    'one',
    'two',
    'three',
    'four',
    'five',
    'six',
    'Eight',
    'nine',
  ]);
});

it.each([
  ['told', 'what people are told', /^shared\/lambda\//],
  ['isProven', 'a stored password opens the other user of a pair', /^shared\/databases\/pair\.ts$/],
  ['opens', 'the server keeps a verifier of this password', /^shared\/databases\//],
  [
    'codeOf',
    'the code of whatever kept a store from something, for the log',
    /^shared\/(aws\/service-error|stores\/.*|lambda\/rotate-parameter)\.ts$/,
  ],
])('%s means %s, wherever it is a name', (word, _, where) => {
  const elsewhere = shipped.filter((path) => named.get(path)?.has(word) && !where.test(path));

  expect(elsewhere).toEqual([]);
});

// Rather: previous, replaced, last.
it.each(['before', 'old', 'unusable'])('nothing is named %s', (word) => {
  expect(shipped.filter((path) => named.get(path)?.has(word))).toEqual([]);
});

it.each(['told', 'unusable', 'opens', 'mark', 'isMarked', 'isProven'])('no function is called %s', (name) => {
  expect(functions.filter((one) => one.name === name).map(({ path }) => path)).toEqual([]);
});

it.each(['codeOf', 'keyOpens', 'storedFits', 'unusableAnswer'])('one function is called %s', (name) => {
  expect(functions.filter((one) => one.name === name)).toHaveLength(1);
});

it.each([
  ['ServiceError', 'a database or AWS fails', /^shared\/((databases|aws|stores)\/|lambda\/rotation-events)/],
  ['ProviderError', 'a provider fails', /^shared\/keys\//],
  [
    'InvalidEventError',
    'an event is none of a rotation',
    /^shared\/(lambda\/(handler|parameter-event|parsed)|rotation\/steps)\.ts$/,
  ],
])('%s is thrown where %s, and nowhere else', (name, _, where) => {
  const throwing = shipped.filter((path) => withoutComments(read(path)).includes(`new ${name}(`));

  expect(throwing.length).toBeGreaterThan(0);
  expect(throwing.filter((path) => !where.test(path))).toEqual([]);
});

it('the environment is read by a file that throws ConfigurationError for what is wrong there', () => {
  const config = withoutComments(read('shared/lambda/config.ts'));

  expect([...config.matchAll(/new (\w+Error)\(/g)].map(([, name]) => name)).toEqual(['ConfigurationError']);
});

it('no log line calls a system an engine; a message does, in its schema', () => {
  const logging = /\b(?:log|logger)(?:\.\w+)?\((?:(?!\);)[\s\S])*?\bengine\b\s*[:,}]/;

  expect(logging.test("log.info('done', { engine: strategy.system });")).toBe(true);
  expect(shipped.filter((path) => logging.test(withoutComments(read(path))))).toEqual([]);
});
