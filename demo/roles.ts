import { readFileSync } from 'node:fs';
import type { RoleOf } from '../local/sandbox.ts';
import { blocksIn, roleFor } from '../tools/stack/roles.ts';

const HERE = { partition: 'aws', region: 'us-east-1', accountId: '123456789012' };
const secrets = (name: string) => `arn:aws:secretsmanager:us-east-1:123456789012:secret:${name}-*`;

/** What a deployment of a demonstration would name: its superuser, its admin secrets, its parameters, its topic. */
const VALUES = {
  SuperuserSecretArns: [secrets('superuser')],
  AdminSecretArns: [secrets('*admin')],
  IamUserArns: ['arn:aws:iam::123456789012:user/*'],
  ParameterArns: ['arn:aws:ssm:us-east-1:123456789012:parameter/*'],
  RotationTopic: 'arn:aws:sns:us-east-1:123456789012:rekey-rotations',
  'Scheduler.Arn': 'arn:aws:iam::123456789012:role/call-back',
};

/**
 * The roles that the stack gives to the packaged functions that are registered. A function of parameters is named so: it has
 * rotateParameters in place of what is for the rotated secret, as docs/parameter-store.md says.
 */
export function rolesOfStack(handlerOf: (functionName: string) => string | undefined): RoleOf {
  const blocks = blocksIn(readFileSync(new URL('../serverless.yml', import.meta.url), 'utf8'));
  return (name) => {
    const block = blocks.find(({ handler, may }) => handler === handlerOf(name) && may.includes('rotate'));
    if (block === undefined) return undefined;
    const others = block.may.filter((right) => right !== 'rotate' && right !== 'listVersions');
    return roleFor(name, name.endsWith('-parameter') ? ['rotateParameters', ...others] : block.may, HERE, VALUES);
  };
}
