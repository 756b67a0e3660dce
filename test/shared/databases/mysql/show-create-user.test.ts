import { expect, it } from 'vitest';
import { accountIn } from '../../../../shared/databases/mysql/show-create-user.ts';

it.each([
  ["CREATE USER `app`@`%` IDENTIFIED WITH 'caching_sha2_password' AS <secret>", { user: 'app', host: '%' }],
  ["CREATE USER 'app'@'10.0.%' IDENTIFIED BY PASSWORD '*A'", { user: 'app', host: '10.0.%' }],
  ["CREATE USER `o'x``y@z`@`127.0.%` IDENTIFIED", { user: "o'x`y@z", host: '127.0.%' }],
  ["CREATE USER 'it''s'@'localhost' IDENTIFIED", { user: "it's", host: 'localhost' }],
  ["CREATE USER ''@'localhost' IDENTIFIED", { user: '', host: 'localhost' }],
])('%s is of that account', (statement, account) => {
  expect(accountIn(statement)).toEqual(account);
});

it.each([
  ["CREATE USER 'a\\'@'b'@'localhost' IDENTIFIED"],
  ["CREATE USER 'a\\\\b'@'localhost' IDENTIFIED"],
  ['CREATE USER "app"@"%" IDENTIFIED'],
  ['undefined'],
])('of %s nobody is sure, and it is asked', (statement) => {
  expect(accountIn(statement)).toBeUndefined();
});
