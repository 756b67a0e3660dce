import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { AuthenticationError, InvalidSecretError, RotationError } from '../../../shared/rotation/errors.ts';
import { redactor } from '../../../shared/rotation/redact.ts';

const password = 'p@ss"w\'rd/\\ü';

describe('a redactor', () => {
  it.each([
    ['as it is', password],
    ['in JSON', JSON.stringify({ password })],
    ['as a part of a text in JSON', JSON.stringify({ url: `postgres://app:${password}@db` })],
    ['in a URL', `postgres://app:${encodeURIComponent(password)}@db`],
    ['in an SQL literal', `PASSWORD '${password.replaceAll("'", "''")}'`],
    ['in a URL, its marks encoded too', `//app:${encodeURIComponent(password).replaceAll("'", '%27')}@db`],
    ['in a connection string', `password='${password.replace(/[\\']/g, '\\$&')}'`],
    ['in a line of .pgpass', `db:5432:shop:app:${password.replace(/[\\:]/g, '\\$&')}`],
    ['in base64 for URLs', Buffer.from(password).toString('base64url')],
    ['in base64', Buffer.from(password).toString('base64')],
  ])('masks a value %s', (_how, text) => {
    const redact = redactor();
    redact.add(password);

    const clean = redact.text(text);

    expect(clean).toContain('[redacted]');
    expect(clean).not.toMatch(/p@ss|rd[/%\\]|cEBzc/);
  });

  it('masks the longer of two values that overlap', () => {
    const redact = redactor();
    redact.add('secret', 'secret-and-more');

    expect(redact.text('it is secret-and-more')).toBe('it is [redacted]');
  });

  it('cleans message, stack, cause and own fields of a typed error, and keeps what it is', () => {
    const redact = redactor();
    redact.add(password);
    const cause = Object.assign(new Error(`server said ${password}`), { code: '28P01', query: `ALTER … ${password}` });
    const error = new AuthenticationError(`refused ${password}`, { hint: `not ${password}`, cause });

    const clean = redact.error(error, 'secret x, step setSecret: ');

    expect(inspect(clean, { depth: 9, showHidden: true })).not.toContain(password);
    expect(clean).toBeInstanceOf(RotationError);
    expect(clean).toMatchObject({ name: 'AuthenticationError', code: 'AUTHENTICATION_REFUSED', retryable: false });
    expect(clean.message).toBe('secret x, step setSecret: refused [redacted]; hint: not [redacted]');
    expect(clean.cause).toMatchObject({ message: 'server said [redacted]', code: '28P01' });
  });

  it.each([
    ['an error of Node', new TypeError(`cannot read ${password}`)],
    ['a text', password],
    ['nothing', undefined],
  ])('makes an UnexpectedError of %s', (_what, thrown) => {
    const redact = redactor();
    redact.add(password);

    const clean = redact.error(thrown);

    expect(clean).toMatchObject({ name: 'UnexpectedError', code: 'UNEXPECTED' });
    expect(inspect(clean, { depth: 9, showHidden: true })).not.toContain(password);
  });

  it('leaves texts alone that are too short to be told from chance', () => {
    const redact = redactor();
    redact.add('app', '', undefined, 7);

    expect(redact.text('app is down')).toBe('app is down');
  });

  it.each([
    ['four characters', 'abcd', 'it is [redacted]'],
    ['three', 'abc', 'it is abc'],
  ])('masks a value from four characters on: %s', (_what, value, told) => {
    const redact = redactor();
    redact.add(value);

    expect(redact.text(`it is ${value}`)).toBe(told);
  });

  it('says where, and which other secret is to be mended, without a value in either', () => {
    const redact = redactor();
    redact.add(password);
    const error = new InvalidSecretError('a fact', { hint: 'a hint', about: 'arn:superuser', retryable: true });

    expect(redact.error(error).message).toBe('a fact; hint: a hint');
    expect(redact.error(error, `of ${password}: `).message).toBe('of [redacted]: a fact; hint: a hint');
    expect(redact.error(error)).toMatchObject({
      about: 'arn:superuser',
      retryable: true,
      fact: 'a fact',
      hint: 'a hint',
    });
  });

  it('makes an error that can be read, counted up and changed like any other', () => {
    const redact = redactor();
    redact.add(password);
    const cause = new Error('a cause');

    const clean = redact.error(new InvalidSecretError(password, { hint: password, about: 'arn:superuser', cause }));

    expect({ ...clean }).toEqual({
      fact: '[redacted]',
      hint: '[redacted]',
      code: 'INVALID_SECRET',
      retryable: false,
      about: 'arn:superuser',
    });
    for (const key of ['message', 'stack', 'name', 'fact', 'cause']) {
      expect(Object.getOwnPropertyDescriptor(clean, key)).toMatchObject({ writable: true, configurable: true });
    }
  });

  it('has no word about what is not there', () => {
    const clean = redactor().error(new InvalidSecretError('a fact', { hint: 'a hint' }));

    expect([Object.hasOwn(clean, 'about'), Object.hasOwn(clean, 'cause')]).toEqual([false, false]);
  });

  it('keeps of a stack what says where, and nothing that a message put there', () => {
    const redact = redactor();
    redact.add('swordfish');
    const error = new InvalidSecretError('one line\nat the next\nand look at this', { hint: 'a hint' });
    const message = error.message;
    Object.defineProperty(error, 'stack', {
      value: `InvalidSecretError: ${message}\n    at swordfish (file.ts:1:2)\n    at last (file.ts:3:4)`,
    });

    const { stack } = redact.error(error);

    expect(stack).toBe(`InvalidSecretError: ${message}\n    at [redacted] (file.ts:1:2)\n    at last (file.ts:3:4)`);
  });

  it('makes a stack of one line for an error without one', () => {
    const error = Object.defineProperty(new InvalidSecretError('a fact', { hint: 'a hint' }), 'stack', {
      value: undefined,
    });

    expect(redactor().error(error).stack).toBe('InvalidSecretError: a fact; hint: a hint');
  });

  it('keeps causes four deep, each cleaned, with a code that is a text', () => {
    const redact = redactor();
    redact.add('swordfish');
    const chain = [5, 4, 3, 2, 1].reduce<Error | undefined>(
      (cause, depth) =>
        Object.assign(new Error(`${depth} swordfish`, { cause }), {
          name: `Name${depth}`,
          code: depth === 2 ? 2 : `swordfish ${depth}`,
        }),
      undefined,
    );

    const seen: unknown[] = [];
    let cause = redact.error(new InvalidSecretError('a fact', { hint: 'a hint', cause: chain })).cause as
      | Error
      | undefined;
    while (cause !== undefined) {
      const { name, message, stack, ...more } = cause;
      seen.push([name, message, more, String(stack).includes('swordfish'), Object.hasOwn(cause, 'cause')]);
      cause = cause.cause as Error | undefined;
    }

    expect(seen).toEqual([
      ['Name1', '1 [redacted]', { code: '[redacted] 1' }, false, true],
      ['Name2', '2 [redacted]', {}, false, true],
      ['Name3', '3 [redacted]', { code: '[redacted] 3' }, false, true],
      ['Name4', '4 [redacted]', { code: '[redacted] 4' }, false, false],
    ]);
  });

  it('repeats nothing of what a parser says, who quotes a value that nobody has read yet', () => {
    const quoting = Object.assign(new SyntaxError('"swordfish" is not valid JSON'), { code: 'ODD' });

    const [known, unforeseen] = [new InvalidSecretError('a fact', { hint: 'a hint', cause: quoting }), quoting].map(
      (error) => redactor().error(error),
    );

    for (const clean of [known, unforeseen])
      expect(inspect(clean, { depth: 9, showHidden: true })).not.toContain('swordfish');
    expect(known?.cause).toMatchObject({ name: 'SyntaxError', message: 'a text could not be parsed', code: 'ODD' });
    expect(known?.cause).toMatchObject({ stack: 'a text could not be parsed' });
    expect(unforeseen?.fact).toBe('SyntaxError: a text could not be parsed');
  });

  it('tells a cause without a stack by its message, and a cause that is no error not at all', () => {
    const redact = redactor();
    redact.add('swordfish');
    const bare = Object.defineProperty(new Error('of swordfish'), 'stack', { value: undefined });
    const told = (cause: unknown) => redact.error(new InvalidSecretError('a fact', { hint: 'a hint', cause })).cause;

    expect(told(bare)).toMatchObject({ stack: 'of [redacted]' });
    expect(told('swordfish')).toBeUndefined();
  });

  it('keeps the stack of a cause', () => {
    const cause = new Error('a cause');

    const clean = redactor().error(new InvalidSecretError('a fact', { hint: 'a hint', cause }));

    expect((clean.cause as Error).stack).toBe(cause.stack);
  });

  it('says of what is no error that it is none, by its type', () => {
    const clean = redactor().error(7);

    expect(clean.fact).toBe('number: not an Error');
    expect(redactor().error(new TypeError('a defect'))).toMatchObject({
      fact: 'TypeError: a defect',
      cause: { message: 'a defect', name: 'TypeError' },
    });
  });

  it.each(['isDeleted', 'isParameter', 'ofPending', 'ofTag'])(
    'keeps %s, by which people are told what to do',
    (mark) => {
      const cleaned = (is: boolean) =>
        Object.entries(redactor().error(new InvalidSecretError('x', { hint: 'do', [mark]: is })));

      expect(cleaned(true)).toContainEqual([mark, true]);
      expect(cleaned(false).map(([name]) => name)).not.toContain(mark);
    },
  );
});
