/** Whatever the values are: what is written into a form is read from it again, and nothing else in the secret has changed. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { follow } from '../../../shared/rotation/copies.ts';
import { forms } from '../../../shared/rotation/copy-forms.ts';

const text = fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 40 });
const [url, libpq, odbc, net, pgpass] = forms;
const around = [
  ['a URL', url, 'postgres://app:', '@db/shop', 'old'],
  ['libpq', libpq, 'host=db user=app password=', ' port=1', 'old'],
  ['libpq in quotes', libpq, 'host=db user=app password=', ' port=1', "'old'"],
  ['ODBC', odbc, 'Driver={A};Server=db;UID=app;PWD=', ';x=y', 'old'],
  ['ODBC in braces', odbc, 'Driver={A};Server=db;UID=app;PWD=', ';x=y', '{old}'],
  ['.NET', net, 'Host=db;Username=app;Password=', ';x=y', 'old'],
  ['.NET in double quotes', net, 'Host=db;Username=app;Password=', ';x=y', '"old"'],
  ['.NET in single quotes', net, 'Host=db;Username=app;Password=', ';x=y', "'old'"],
  ['.pgpass', pgpass, 'db:1:shop:app:', '', 'old'],
] as const;

describe.each(around)('%s', (_what, form, before, after, raw) => {
  it('reads what it has written, in its place', () => {
    fc.assert(
      fc.property(text, (value) => {
        const written = form?.write(value, raw);
        const piece = form?.split(before + written + after).find(({ is }) => is === 'secrets');
        expect(piece && form?.read(piece.raw)).toContain(value);
      }),
    );
  });

  it('keeps a value without quotes where there were none and none are needed', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Za-z0-9_.-]+$/), (value) => {
        const quotes = raw.split('old').map((one) => one);
        expect(form?.write(value, raw)).toBe(quotes.join(value));
      }),
    );
  });
});

it('nothing else in the secret is another, and it keeps its order', () => {
  const from = 'old-Password-of-32-characters-01';
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (others) => {
      const value = { ...others, copy: from, nested: { url: `pg://app:${from}@db/x`, others } };

      const after = follow(value, {
        secrets: [{ from, to: 'new' }],
        owners: [{ from: 'app', to: 'app' }],
        known: [],
        names: ['app', 'db'],
        host: 'db',
        anyOwner: false,
      });

      expect(JSON.stringify(after)).toBe(JSON.stringify(value).replaceAll(from, 'new'));
    }),
  );
});
