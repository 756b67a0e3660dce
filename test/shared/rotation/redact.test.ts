import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { AuthenticationError, RotationError } from '../../../shared/rotation/errors.ts';
import { redactor } from '../../../shared/rotation/redact.ts';

const password = 'p@ss"w\'rd/\\ü';

describe('a redactor', () => {
  it.each([
    ['as it is', password],
    ['in JSON', JSON.stringify({ password })],
    ['in a URL', `postgres://app:${encodeURIComponent(password)}@db`],
    ['in an SQL literal', `PASSWORD '${password.replaceAll("'", "''")}'`],
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
});
