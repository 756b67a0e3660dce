import { describe, expect, it } from 'vitest';
import { isAllowed, type Statement } from '../../../local/aws/policy.ts';

const SECRET = 'arn:aws:secretsmanager:us-east-1:123456789012:secret:app-AbCdEf';
const read = { action: 'secretsmanager:GetSecretValue', resource: SECRET, context: {} };
const allow = (Action: string, Resource: string, Condition?: Statement['Condition']): Statement => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...(Condition && { Condition }),
});

describe('a call', () => {
  it.each([
    ['of nothing', [], false],
    ['of its own action and resource', [allow(read.action, SECRET)], true],
    ['of another action', [allow('secretsmanager:PutSecretValue', SECRET)], false],
    ['of another resource', [allow(read.action, `${SECRET}x`)], false],
    ['of patterns', [allow('secretsmanager:Get*', 'arn:aws:secretsmanager:*:secret:app-??????')], true],
    [
      'of a pattern that another one fits',
      [allow('secretsmanager:Get*', 'arn:aws:secretsmanager:*:secret:db-*')],
      false,
    ],
    ['of an action in other capitals', [allow('SecretsManager:getSecretValue', '*')], true],
    ['of letters that a pattern has for itself', [allow(read.action, SECRET.replace('app', 'a.p'))], false],
    ['of a Deny beside', [allow('*', '*'), { Effect: 'Deny', Action: read.action, Resource: '*' }], false],
    ['of a Deny of another', [allow('*', '*'), { Effect: 'Deny', Action: 'sns:Publish', Resource: '*' }], true],
  ] as const)('with a role %s', (_, statements, expected) => {
    expect(isAllowed(statements, read)).toBe(expected);
  });

  it.each([
    ['StringEquals', 'a', true],
    ['StringEquals', '*', false],
    ['StringLike', '*', true],
    ['StringLike', 'b*', false],
    ['ArnEquals', 'a', true],
  ])('fits a condition %s %s: %s', (operator, wanted, expected) => {
    const statement = allow('*', '*', { [operator]: { key: wanted } });

    expect(isAllowed([statement], { ...read, context: { key: 'a' } })).toBe(expected);
    expect(isAllowed([statement], { ...read, context: { other: 'a' } })).toBe(false);
  });

  it('fits no ARN whose pattern would reach from one part into the next', () => {
    const inAccount = (wanted: string) => allow('*', '*', { ArnEquals: { key: wanted } });
    const call = { ...read, context: { key: SECRET } };

    expect(isAllowed([inAccount('arn:aws:secretsmanager:*:123456789012:secret:*')], call)).toBe(true);
    expect(isAllowed([inAccount('arn:aws:*:secret:app-AbCdEf')], call)).toBe(false);
  });

  it('that a statement asks for in words that are not known here is an error, also where it would not fit', () => {
    const strange = allow('sns:Publish', '*', { NumericLessThan: { key: '1' } });

    expect(() => isAllowed([allow('*', '*'), strange], read)).toThrow('NumericLessThan is not understood');
    const except = { Effect: 'Allow', Action: '*', Resource: '*', NotAction: 'iam:*' } as Statement;
    expect(() => isAllowed([except], read)).toThrow('NotAction, which is not understood');
  });
});
