/** What Rekey's own functions tell, without a call of one: of which stacks they are, and which secrets are superusers for them. */
import { GetRolePolicyCommand } from '@aws-sdk/client-iam';
import { parseObject } from '../../shared/rotation/json.ts';
import type { Account } from '../account.ts';
import { call } from '../call.ts';
import { functionOf } from '../rights.ts';
import type { FunctionFacts } from './inventory.ts';

/** Undefined where that may not be read: then nobody knows. */
export async function readFunctions(account: Account, names: readonly string[]): Promise<FunctionFacts[] | undefined> {
  try {
    const read = await Promise.all(names.map((name) => factsOf(account, name)));
    const found = read.filter((facts) => facts !== undefined);
    const stacks = [...new Set(found.flatMap(({ stack, hasMetrics }) => (hasMetrics ? [stack] : [])))];
    const looking = await Promise.all(
      stacks.map(async (stack) => ((await functionOf(account, `${stack}-watch`)) === undefined ? [] : [stack])),
    );
    return found.map((facts) => ({ ...facts, looks: looking.flat().includes(facts.stack) }));
  } catch {
    account.patience.signal.throwIfAborted();
    return undefined;
  }
}

/** Undefined: the function is gone. */
async function factsOf(account: Account, name: string): Promise<Omit<FunctionFacts, 'looks'> | undefined> {
  const configuration = await functionOf(account, name);
  if (configuration === undefined) return undefined;
  const { Role = '', Environment, VpcConfig } = configuration;
  const { METRICS, NOTIFICATION_TOPIC_ARN: topic } = Environment?.Variables ?? {};
  const statements = await statementsOf(account, Role.split('/').at(-1) ?? '');
  const resourcesOf = (sids: readonly string[]) =>
    statements.filter(({ Sid = '' }) => sids.includes(Sid)).flatMap(({ Resource = [] }) => Resource);
  return {
    // Without metrics the topic tells stacks apart.
    stack: METRICS ?? topic?.split(':').at(-1) ?? name,
    hasMetrics: METRICS !== undefined,
    keys: resourcesOf(['UseTopicKeyThroughTopic']),
    superusers: resourcesOf(['ReadSuperuserSecrets', 'ReadAdminSecrets']),
    subnets: VpcConfig?.SubnetIds ?? [],
  };
}

interface Statement {
  readonly Sid?: string;
  readonly Resource?: string | readonly string[];
}

/** Of the policy that tools/stack gives each role. IAM encodes it as for an address. */
async function statementsOf(account: Account, role: string): Promise<readonly Statement[]> {
  const command = new GetRolePolicyCommand({ RoleName: role, PolicyName: 'rotation' });
  const { PolicyDocument = '' } = await call('iam:GetRolePolicy', role, account.patience, (abort) =>
    account.iam.send(command, abort),
  );
  const { Statement = [] } = (parseObject(decodeURIComponent(PolicyDocument)) ?? {}) as { Statement?: Statement[] };
  return Statement;
}
