import { afterEach, expect, it, vi } from 'vitest';
import { logger } from '../../../shared/lambda/log.ts';
import { redactor } from '../../../shared/rotation/redact.ts';

const SECRET = 'correct horse battery';
const written = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
afterEach(() => written.mockClear());

/** The line that a function would write which knows one secret value. */
function line(message: string, fields?: Record<string, unknown>): Record<string, unknown> {
  const redact = redactor();
  redact.add(SECRET);
  logger(redact, () => ({ secretId: 'prod/app' })).info(message, fields);
  return JSON.parse(String(written.mock.lastCall?.[0]));
}

it.each([
  ['the message', `it is ${SECRET}`, {}],
  ['a field', 'seen', { password: SECRET }],
  ['a list', 'seen', { tried: ['other', SECRET] }],
  ['a field of an object in a list', 'seen', { tried: [{ with: { password: SECRET } }] }],
])('a known value is masked in %s', (_, message, fields) => {
  const text = JSON.stringify(line(message, fields));

  expect(text).toContain('[redacted]');
  expect(text).not.toContain(SECRET);
});

it('all else stays as it is, names of secrets too', () => {
  const fields = { tried: ['other', 2, null, { ok: true }], none: null };

  expect(line('seen', fields)).toEqual({ level: 'INFO', secretId: 'prod/app', message: 'seen', ...fields });
});
