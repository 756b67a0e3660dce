import { describe, expect, it } from 'vitest';
import { isDistinct, judged, type Named, type Ours, type Verdict } from '../../../shared/rotation/copy-judgement.ts';

const RARE = 'S3cr3t-Passw0rd!';
const COMMON = 'postgres';

const ours: Ours = {
  owners: [
    { from: 'app', to: 'app_clone' },
    { from: 'app_clone', to: 'app' },
  ],
  host: 'db.test',
  anyOwner: false,
  names: ['app', 'db.test'],
};
const nobody: Named = { users: [], hosts: [] };
const us: Named = { users: ['app'], hosts: ['db.test'] };

describe('a text that is the replaced value', () => {
  it.each<[string, string, Verdict, Partial<Named>, Partial<Ours>?]>([
    ['beside nothing', RARE, 'follows', nobody],
    ['beside our user and host', RARE, 'follows', us],
    ['beside the other one of our users', RARE, 'follows', { users: ['app_clone'] }],
    ['beside our host in capitals', RARE, 'follows', { hosts: ['DB.test.'] }],
    ['beside another user', RARE, 'refuse', { users: ['reporting'] }],
    ['beside ours and another user', RARE, 'refuse', { users: ['app', 'reporting'] }],
    ['beside another host', RARE, 'refuse', { hosts: ['staging.test'] }],
    ['beside a replica', RARE, 'refuse', { hosts: ['db.test', 'replica.test'] }],
    ['beside any host, of a secret for none', RARE, 'follows', { hosts: ['staging.test'] }, { host: undefined }],
    ['beside another user, of a key', RARE, 'follows', { users: ['oauth2'] }, { anyOwner: true }],
    ['that occurs by chance, where none is expected', COMMON, 'leave', us],
    ['that occurs by chance, beside another user', COMMON, 'leave', { users: ['reporting'] }],
    ['that occurs by chance, beside another user of a key', COMMON, 'leave', { users: ['x'] }, { anyOwner: true }],
  ])('%s', (_what, text, verdict, named, more = {}) => {
    expect(judged(text, false, { ...nobody, ...named }, { ...ours, ...more })).toBe(verdict);
  });

  it.each<[string, Verdict, Partial<Named>, Partial<Ours>?]>([
    ['beside nothing', 'follows', nobody],
    ['beside our user and host', 'follows', us],
    ['beside another host', 'leave', { hosts: ['staging.test'] }],
    ['beside another user of a key', 'leave', { users: ['oauth2'] }, { anyOwner: true }],
  ])('that occurs by chance, in a field for passwords %s', (_what, verdict, named, more = {}) => {
    expect(judged(COMMON, true, { ...nobody, ...named }, { ...ours, ...more })).toBe(verdict);
  });
});

describe('no text of its kind occurs by chance:', () => {
  it.each([
    'S3cr3t-Pw',
    's3cr3t!?9',
    'abcdefg1',
    'Orders-Db',
    '2024-01-01T1',
    'orders--db',
    '-orders-db',
    'orders-db!',
  ])('%s', (text) => {
    expect(isDistinct(text, ['orders'])).toBe(true);
  });

  it('sixteen characters of any kind', () => {
    expect(isDistinct('abcdefghijklmnop', [])).toBe(true);
  });
});

describe('may occur by chance:', () => {
  it.each([
    'aB3$',
    'abcdef1',
    'abcdefghijklmno',
    'PassWord',
    'orders-main',
    'ORDERS_DB',
    'orders/DB.12',
    '12345678',
    '2024-01-01',
    'Grüße-Grüße'.toLowerCase(),
  ])('%s', (text) => {
    expect(isDistinct(text, [])).toBe(false);
  });

  it('what is in one of the names, at any length', () => {
    expect(isDistinct('cluster-0123456789', ['app', 'cluster-0123456789.db.test'])).toBe(false);
  });
});
