import { describe, expect, it } from 'vitest';
import { requireSameTarget, samePlace } from '../../../shared/databases/place.ts';
import { memoryEngine } from '../../support/memory-engine.ts';

const engine = memoryEngine();
const value = { engine: 'memory', host: 'db.test', port: 5432, username: 'app', password: 'secret-1' };

describe('samePlace', () => {
  it.each([
    ['a host in capitals', { host: 'DB.TEST' }, true],
    ['a host with the dot of a whole name', { host: 'db.test.' }, true],
    ['a host with a dot elsewhere', { host: 'dbt.est' }, false],
    ['the standard authentication database, written or not', { authSource: 'admin' }, true],
    ['another host', { host: 'db2.test' }, false],
    ['another port', { port: 5433 }, false],
    ['another authentication database', { authSource: 'team' }, false],
  ])('%s', (_what, other, expected) => {
    expect(samePlace(engine, value, { ...value, ...other })).toBe(expected);
  });

  it('the standard port, written or not', () => {
    const { port: _, ...silent } = value;

    expect([samePlace(engine, value, silent), samePlace(engine, { ...value, port: 5433 }, silent)]).toEqual([
      true,
      false,
    ]);
  });
});

it.each([
  ['user', { username: 'boss' }],
  ['host', { host: 'db2.test' }],
  ['port', { port: 5433 }],
  ['authentication database', { authSource: 'team' }],
])('a pending value for another %s is refused, and named', (what, other) => {
  const attempt = () => requireSameTarget(engine, { ...value, ...other }, value, 'app');

  expect(attempt).toThrow(
    expect.objectContaining({ code: 'TARGET_MISMATCH', fact: expect.stringContaining(`another ${what}: `) }),
  );
});

it('a pending value for another authentication database shows both', () => {
  const attempt = () => requireSameTarget(engine, { ...value, authSource: 'team' }, value, 'app');

  expect(attempt).toThrow('app (team) at db.test:5432 and app (admin) at db.test:5432');
});

it('a pending value for the user that is current, where two take turns, is refused with the user that it must be for', () => {
  const attempt = () => requireSameTarget(engine, value, value, 'app_clone');

  expect(attempt).toThrow('AWSPENDING and AWSCURRENT are both for user app, and AWSPENDING must be for app_clone');
});

it('a pending value for another place is refused with all that differs, and both places', () => {
  const attempt = () =>
    requireSameTarget(engine, { ...value, username: 'boss', host: 'db2.test', port: 1 }, value, 'app');

  expect(attempt).toThrow(
    'AWSPENDING and AWSCURRENT name another user and host and port: boss at db2.test:1 and app at db.test:5432',
  );
});
