import { describe, expect, it } from 'vitest';
import { scopeOf } from '../../../cli/cost/resource-policy.ts';

const OWN = '123456789012';
const allow = (Principal: unknown) => ({ Effect: 'Allow', Principal, Action: 'secretsmanager:GetSecretValue' });
const policy = (Statement: unknown) => JSON.stringify({ Version: '2012-10-17', Statement });

describe('a resource policy', () => {
  it.each([
    ['another account', { AWS: '000000000000' }],
    ['a role of another account', { AWS: 'arn:aws:iam::000000000000:role/app' }],
    ['a role of a GovCloud account', { AWS: ['arn:aws-us-gov:iam::000000000000:role/app'] }],
    ['another account among others', { AWS: [`arn:aws:iam::${OWN}:root`, 'arn:aws:iam::000000000000:root'] }],
    ['everybody', '*'],
    ['everybody who has an account', { AWS: '*' }],
  ])('that admits %s is one across accounts', (_, principal) => {
    expect(scopeOf(policy([allow(principal)]), OWN)).toBe('cross-account');
  });

  it.each([
    ['only a role of the own account', policy([allow({ AWS: `arn:aws:iam::${OWN}:role/app` })])],
    ['only the own account', policy(allow({ AWS: OWN }))],
    ['only a service', policy(allow({ Service: 'rds.amazonaws.com' }))],
    ['only a role that was deleted', policy(allow({ AWS: 'AROAEXAMPLEROLEID0001' }))],
    ['nobody, and refuses others', policy({ ...allow('*'), Effect: 'Deny' })],
    ['who knows whom', 'no policy at all'],
    ['who knows whom, as a list', '[]'],
  ])('that admits %s is one of the own account', (_, text) => {
    expect(scopeOf(text, OWN)).toBe('own-account');
  });

  it('that admits all but some is one across accounts', () => {
    const statement = { Effect: 'Allow', NotPrincipal: { AWS: OWN }, Action: '*' };

    expect(scopeOf(policy([statement]), OWN)).toBe('cross-account');
  });

  it.each([undefined, policy([])])('that says nothing (%j) is none', (text) => {
    expect(scopeOf(text, OWN)).toBe('none');
  });
});
