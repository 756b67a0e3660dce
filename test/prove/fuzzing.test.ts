/** A judge that never says no proves nothing: what is broken on purpose is found, each in its own way. */
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { leakFinder } from '../../prove/leak.ts';
import { run } from '../local/command.ts';
import { patience } from '../support/patience.ts';

const at = (path: string) => JSON.stringify(fileURLToPath(new URL(`../../${path}`, import.meta.url)));

/** In a process of its own, since the judge hears of every error that nobody catches there. */
const judged = async (give: string) => {
  const program = `
    import { createJudge } from ${at('prove/fuzzing/judge.ts')};
    import { InvalidSecretError, UnexpectedError } from ${at('shared/rotation/errors.ts')};
    const judge = createJudge(200);
    const tried = { secrets: () => ['q7Zp-Xw3Kd9v'], give: async () => { ${give} } };
    const told = await judge.judge(tried, 0).catch(({ name, property }) => name + ' ' + property);
    judge.stop();
    process.stdout.write(told);
    process.exit();`;
  return (await run(process.execPath, ['--input-type=module', '--eval', program])).stdout;
};

describe('the judge of an input', { timeout: patience(60_000) }, () => {
  it.each([
    ['success', 'return 1', 'taken'],
    ['a typed error', "throw new InvalidSecretError('a fact', { hint: 'a hint' })", 'INVALID_SECRET'],
    ['a parser without a guard', "JSON.parse('{')", 'Breach typed'],
    ['an error that no class foresaw', "throw new UnexpectedError('odd', { hint: 'report it' })", 'Breach typed'],
    [
      'an error that holds a piece of a secret',
      "throw new InvalidSecretError('not Xw3Kd9', { hint: '' })",
      'Breach silent',
    ],
    [
      'a cause that does',
      "throw new InvalidSecretError('odd', { hint: '', cause: new Error('p-Xw3Kd') })",
      'Breach silent',
    ],
    ['a line of a log that does', "process.stdout.write(JSON.stringify({ seen: 'q7Zp-X' }))", 'Breach silent'],
    ['what never ends', 'return new Promise((resolve) => setTimeout(resolve, 60_000))', 'Breach in-time'],
    ['an error that nobody catches', "Promise.reject(new Error('lost'))", 'Breach alive'],
  ])('%s', async (_what, give, told) => {
    expect(await judged(give)).toBe(told);
  });
});

describe('a piece of a secret', () => {
  const secret = "q7Zp-Xw'3Kd9v/Rt2";
  const find = leakFinder([secret]);
  const part = secret.slice(3, 12);

  it.each([
    ['as it is', part],
    ['in SQL', part.replaceAll("'", "''")],
    ['in a URL', encodeURIComponent(part)],
    ['with all its characters escaped', Buffer.from(part).toString('hex').replace(/../g, '%$&')],
    ['as hexadecimal digits', Buffer.from(part).toString('hex').toUpperCase()],
    ...[0, 1, 2].map((before) => [
      `in base64, ${before} bytes from the start`,
      Buffer.from(`${'x'.repeat(before)}${part}y`).toString('base64'),
    ]),
  ])('is found %s', (_how, form) => {
    expect(find(`a line with ${form} in it`)).toBeDefined();
  });

  it('of five characters is found in no text', () => {
    expect(find('a line with q7Zp- and 3Kd9v in it')).toBeUndefined();
  });
});
