import { describe, expect, it } from 'vitest';
import { grantStatements, parseGrant, revokeStatements, rightText } from '../../../../shared/databases/mysql/grants.ts';

const account = { user: 'we ird`q', host: '10.%' };
const grantee = '`we ird``q`@`10.%`';
const other = { user: "o'brien_clone", host: '10.%' };

describe('lines of SHOW GRANTS', () => {
  it.each([
    [`GRANT USAGE ON *.* TO ${grantee}`, []],
    [`GRANT SELECT, CREATE TEMPORARY TABLES ON *.* TO ${grantee}`, ['SELECT ON *.*', 'CREATE TEMPORARY TABLES ON *.*']],
    [
      `GRANT ROLE_ADMIN,XA_RECOVER_ADMIN ON *.* TO ${grantee} WITH GRANT OPTION`,
      ['ROLE_ADMIN ON *.* WITH GRANT OPTION', 'XA_RECOVER_ADMIN ON *.* WITH GRANT OPTION'],
    ],
    [
      `GRANT SELECT (\`a\`, \`b)\`), DELETE ON \`d\`.\`t TO x\` TO ${grantee} WITH GRANT OPTION`,
      [
        'SELECT (`a`) ON `d`.`t TO x`',
        'SELECT (`b)`) ON `d`.`t TO x`',
        'DELETE ON `d`.`t TO x`',
        'GRANT OPTION ON `d`.`t TO x`',
      ],
    ],
    [`GRANT EXECUTE ON PROCEDURE \`d\`.\`p.x\` TO ${grantee}`, ['EXECUTE ON PROCEDURE `d`.`p.x`']],
    [`GRANT SELECT ON \`d\\_b\`.* TO ${grantee}`, ['SELECT ON `d\\_b`.*']],
    [`REVOKE INSERT ON \`mysql\`.* FROM ${grantee}`, ['not INSERT ON `mysql`.*']],
    [
      `GRANT \`r\`@\`%\`,\`s\`@\`%\` TO ${grantee} WITH ADMIN OPTION`,
      ['role `r`@`%` WITH ADMIN OPTION', 'role `s`@`%` WITH ADMIN OPTION'],
    ],
    [`GRANT \`reader\` TO ${grantee}`, ['role `reader`']],
    [`GRANT PROXY ON ''@'%' TO 'we ird\`q'@'10.%' WITH GRANT OPTION`, ["PROXY ON ''@'%' WITH GRANT OPTION"]],
    [
      `GRANT SELECT ON *.* TO ${grantee} IDENTIFIED BY PASSWORD '*A' REQUIRE SUBJECT '/CN=x'y' WITH GRANT OPTION MAX_QUERIES_PER_HOUR 5`,
      ['SELECT ON *.*', 'GRANT OPTION ON *.*'],
    ],
    [`SET DEFAULT ROLE \`reader\` FOR ${grantee}`, []],
    ['GRANT SELECT ON `d`.* TO `somebody else`@`10.%`', []],
  ])('%s', (line, expected) => {
    expect(parseGrant(line, account).map(rightText)).toEqual(expected);
  });
});

it('gives and takes what belongs to one object in one statement', () => {
  const rights = parseGrant(`GRANT SELECT (\`a\`), DELETE ON \`d\`.\`t\` TO ${grantee} WITH GRANT OPTION`, account);

  expect(grantStatements(rights, other)).toEqual([
    "GRANT SELECT (`a`), DELETE ON `d`.`t` TO 'o\\'brien_clone'@'10.%'",
    "GRANT USAGE ON `d`.`t` TO 'o\\'brien_clone'@'10.%' WITH GRANT OPTION",
  ]);
  expect(revokeStatements(rights, other)).toEqual([
    "REVOKE SELECT (`a`), DELETE ON `d`.`t` FROM 'o\\'brien_clone'@'10.%'",
    "REVOKE GRANT OPTION ON `d`.`t` FROM 'o\\'brien_clone'@'10.%'",
  ]);
});

it('makes a restriction by taking, and lifts it by giving', () => {
  const restriction = parseGrant(`REVOKE INSERT ON \`mysql\`.* FROM ${grantee}`, account);

  expect(grantStatements(restriction, other)).toEqual(["REVOKE INSERT ON `mysql`.* FROM 'o\\'brien_clone'@'10.%'"]);
  expect(revokeStatements(restriction, other)).toEqual(["GRANT INSERT ON `mysql`.* TO 'o\\'brien_clone'@'10.%'"]);
});
