/** Which answers of a server say that it takes no verifier. */
import pg from 'pg';
import { expect, it } from 'vitest';
import { queryError, refusesVerifiers } from '../../../../shared/databases/postgres/errors.ts';
import { product } from '../../../../shared/databases/postgres/postgres.ts';

it.each([
  ['credcheck before it gave a code of its own', 'check_password', true],
  ['the server, of two changes of one role at once', 'simple_heap_update', false],
])('XX000 of %s: from %s, a refusal of verifiers: %s', (_, routine, isOne) => {
  const answer = Object.assign(new pg.DatabaseError('said', 0, 'error'), { code: 'XX000', routine });
  const at = { host: 'db', port: 5432, user: 'app', database: 'app', tls: true, product };

  const error = queryError(answer, at, "ALTER ROLE app PASSWORD 'SCRAM-SHA-256$…'", 0);

  expect(refusesVerifiers(error)).toBe(isOne);
});
