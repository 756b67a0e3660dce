/** The policies and tables of docs/deploying.md, against the roles. */
import { globSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { isAllowed, type Statement } from '../../local/aws/policy.ts';
import { type RightName, rightNames } from '../../tools/stack/rights.ts';
import { blocksIn, roleFor } from '../../tools/stack/roles.ts';
import { blocks, page, root, table } from './pages.ts';

const text = page('docs/deploying.md');
const here = { partition: 'aws', region: 'eu-west-1', accountId: '123456789012' };
const functions = blocksIn(page('serverless.yml'));
const calls: Record<string, string[]> = Object.assign(
  {},
  ...globSync('test/repository/calls/*.json', { cwd: root }).map((path) => JSON.parse(page(path))),
);

const SECRET = 'arn:aws:secretsmanager:eu-west-1:000000000000:secret:prod/app-AbCdEf';
const KEY = 'arn:aws:kms:eu-west-1:000000000000:key/its-own';
const given = { 'Scheduler.Arn': 'arn', RotationTopic: 'arn', SecretKeyArns: [KEY], SuperuserSecretArns: [SECRET] };

/** A policy of a resource is about that resource, and this role is whom it names. */
function policy(info: string): Statement[] {
  const block = blocks(text).find((one) => one.info === `json ${info}`);
  const { Statement: statements, ...one } = JSON.parse(block?.text ?? '');
  return (statements ?? [one]).map(({ Principal, ...rest }: { Principal: { AWS: string } }) => {
    expect(Principal.AWS).toMatch(/^arn:aws:iam::123456789012:role\//);
    return rest;
  });
}
const both = (
  role: readonly Statement[],
  ofResource: readonly Statement[],
  action: string,
  resource: string,
  more = {},
) => isAllowed(role, { action, resource, context: more }) && isAllowed(ofResource, { action, resource, context: more });

describe('a secret of another account', () => {
  const rotating = functions.filter(({ may }) => may.includes('rotate'));

  it.each(rotating)('is reached by $key as far as it calls, while it names the function', ({ key, handler, may }) => {
    const name = `rekey-prod-${key}`;
    const own = {
      'secretsmanager:resource/AllowRotationLambdaArn': `arn:aws:lambda:eu-west-1:123456789012:function:${name}`,
    };
    const role = (values: object) => roleFor(name, may, here, { ...given, ...values });
    const called = (calls[handler] ?? []).filter((action) => action.startsWith('secretsmanager:'));
    const refused = (statements: readonly Statement[], context: object) =>
      called.filter((action) => !both(statements, policy('secret-policy'), action, SECRET, context));

    expect(called.length).toBeGreaterThan(3);
    expect(refused(role({ SecretAccountId: '000000000000' }), own)).toEqual([]);
    // Without the account in the stack, and without the secret's own word, nothing is.
    expect(refused(role({ SuperuserSecretArns: [] }), own)).toEqual(called);
    expect(refused(role({ SecretAccountId: '000000000000', SuperuserSecretArns: [] }), {})).toEqual(called);
  });

  it('has a key that the role uses through Secrets Manager, and in no other way', () => {
    const role = roleFor('rekey-prod-mysql-single-user', ['rotate', 'listVersions'], here, given);
    const through = (service: string) => ({ 'kms:ViaService': `${service}.eu-west-1.amazonaws.com` });

    const allowed = (action: string, context: object) => both(role, policy('key-policy'), action, KEY, context);

    expect(['kms:Decrypt', 'kms:GenerateDataKey'].map((one) => allowed(one, through('secretsmanager')))).toEqual([
      true,
      true,
    ]);
    expect(allowed('kms:Decrypt', {})).toBe(false);
    expect(allowed('kms:Decrypt', through('ssm'))).toBe(false);
  });

  it('with a superuser is read, and not changed', () => {
    const role = roleFor('rekey-prod-mysql-alternating-users', ['rotate', 'readSuperusers'], here, given);

    const allowed = (action: string) => both(role, policy('superuser-policy'), action, SECRET);

    expect(allowed('secretsmanager:GetSecretValue')).toBe(true);
    expect(allowed('secretsmanager:DescribeSecret')).toBe(true);
    expect(allowed('secretsmanager:PutSecretValue')).toBe(false);
  });
});

describe('endpoints', () => {
  const rows = table(text, '### No internet');
  const named = (cell = '') => [...cell.matchAll(/`([\w-]+)`/g)].map(([, one = '']) => one);
  /** Lambda writes the log and makes the network interfaces, other services use the keys, and IAM has no endpoint in most regions. */
  const ELSEWHERE = /^(ec2|iam|kms|logs:(Create|Put))/;

  it.each(rightNames)('of %s are those of the services that it calls', (right: RightName) => {
    const values = {
      ...given,
      AdminSecretArns: ['arn'],
      IamUserArns: ['arn'],
      ParameterArns: ['arn'],
      MirrorParameterArns: ['arn'],
    };
    const statements = roleFor('it', [right], here, values).filter(({ Effect }) => Effect === 'Allow');
    const services = statements
      .flatMap(({ Action }) => [Action].flat())
      .filter((action) => !ELSEWHERE.test(action))
      .map((action) => action.split(':')[0] ?? '');

    const told = rows
      .filter(([rights = '']) => rights.startsWith('every') || named(rights).includes(right))
      .flatMap(([, cell]) => named(cell));

    expect(new Set(told)).toEqual(new Set(services));
  });
});
