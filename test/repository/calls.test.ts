import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type RightName, rightNames } from '../../tools/stack/rights.ts';
import { blocksIn, roleFor } from '../../tools/stack/roles.ts';
import { read, root } from './files.ts';

/**
 * What the packaged functions called in their suites, by handler. `REKEY_CALLS=file npm test -- test/functions` writes it down, and
 * .ci/run holds what it has just recorded against the roles; without such a file it is the record that is kept here.
 */
const { REKEY_CALLS_MADE: made } = process.env;
const calls: Record<string, string[]> =
  made === undefined ? kept('test/repository/calls') : recorded(readFileSync(made, 'utf8'));

/** A file for each bundle. */
function kept(folder: string): Record<string, string[]> {
  return Object.assign({}, ...readdirSync(join(root, folder)).map((file) => JSON.parse(read(`${folder}/${file}`))));
}

function recorded(text: string): Record<string, string[]> {
  const lines = [...new Set(text.trim().split('\n'))].map((line) => line.split(' '));
  const groups = Object.groupBy(lines, ([handler = '']) => handler);
  return Object.fromEntries(
    Object.entries(groups).map(([handler, all = []]) => [handler, all.map(([, action = '']) => action)]),
  );
}

const blocks = blocksIn(read('serverless.yml'));

const HERE = { partition: 'aws', region: 'us-east-1', accountId: '123456789012' };
const lists = ['SuperuserSecretArns', 'AdminSecretArns', 'IamUserArns', 'ParameterArns', 'MirrorParameterArns'];
const values = {
  ...Object.fromEntries([...lists, 'SecretKeyArns'].map((id) => [id, ['arn']])),
  RotationTopic: 'arn',
  'Scheduler.Arn': 'arn',
};
const actionsOf = (may: readonly RightName[]) =>
  new Set(
    roleFor('rekey', may, HERE, values)
      .filter(({ Effect }) => Effect === 'Allow')
      .flatMap(({ Action }) => Action),
  );

/** Rights whose use the suites cannot record, and why. */
const UNSEEN: readonly [action: RegExp, reason: string][] = [
  [/^kms:/, 'Secrets Manager, Parameter Store and SNS use the key for the function; the sandbox encrypts nothing'],
  [/^logs:(Create|Put)/, 'Lambda writes the log, with the role of the function'],
  [/^iam:PassRole$/, 'CreateSchedule asks for it; test/local/enforced.test.ts holds it'],
  [/^iam:\w+AccessKey/, 'IAM is a double beside the sandbox; test/shared/keys/vendors has its calls'],
  [/^redshift/, 'the sandbox has no Redshift; test/shared/aws has its calls'],
  [/^ssm:AddTagsToResource$/, 'PutParameter asks for it when a parameter is made with tags'],
];
const isUnseen = (action: string) => UNSEEN.some(([pattern]) => pattern.test(action));

describe('rights and calls', () => {
  it('no function calls what its role does not allow', () => {
    const beyond = Object.entries(calls).flatMap(([handler, actions]) => {
      const own = blocks.filter((block) => block.handler === handler).flatMap(({ may }) => may);
      // Suites rotate parameters with functions that are deployed for secrets only.
      const allowed = actionsOf([...own, ...(own.includes('rotate') ? (['rotateParameters'] as const) : [])]);
      return actions.filter((action) => !allowed.has(action)).map((action) => `${handler} ${action}`);
    });

    expect(
      Object.keys(calls).toSorted(),
      'test/repository/calls has a file for each bundle; REKEY_CALLS=FILE npm test -- test/functions/NAME.test.ts lists what goes into it',
    ).toEqual([...new Set(blocks.map(({ handler }) => handler))].toSorted());
    expect(beyond).toEqual([]);
  });

  it.each(rightNames)('%s has no action that none of its functions calls', (right) => {
    const users = blocks.filter(({ may }) => may.includes(right));
    const called = new Set(users.flatMap(({ handler }) => calls[handler] ?? []));

    const idle = [...actionsOf([right])].filter((action) => !called.has(action) && !isUnseen(action));

    expect(users.length).toBeGreaterThan(0);
    expect(idle).toEqual([]);
  });

  it.each(UNSEEN)('%s is still a right', (action) => {
    expect([...actionsOf(rightNames)].some((one) => action.test(one))).toBe(true);
  });
});
