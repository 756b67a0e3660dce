/** What a template of one function says, for tools that do not read CloudFormation: function.json in the package, which Terraform fills in. */
import type { Alone } from './alone.ts';
import { type PlainAlarm, type PlainFilter, plainAlarms, plainFilter } from './plain-alarms.ts';
import type { Part, Parts } from './template.ts';

export interface Plain {
  /** What it may be called, as a regular expression of the whole name. */
  readonly namePattern: string;
  readonly description: string;
  readonly handler: string;
  readonly runtime: string;
  readonly architecture: string;
  readonly memorySize: number;
  readonly timeout: number;
  readonly logRetentionInDays: number;
  /** Settings that have a value without being asked for. */
  readonly environment: Readonly<Record<string, string>>;
  /** Secrets Manager calls it. */
  readonly rotates: boolean;
  /** It has EventBridge Scheduler call it back, with a role of its own. */
  readonly revokesLater: boolean;
  /** What else calls it: a schedule, or a pattern of events. */
  readonly schedule: string;
  readonly pattern: string;
  /** With \${region} and the like in them; a resource that is the name of a list stands for that list. */
  readonly statements: readonly PlainStatement[];
  readonly alarms: Readonly<Record<string, PlainAlarm>>;
  readonly died: PlainFilter;
}
/** Left out unless each list of `when` has something in it. */
export type PlainStatement = Parts & { readonly when: readonly string[] };

interface Lambda {
  readonly Description: string;
  readonly Handler: string;
  readonly Runtime: string;
  readonly Architectures: readonly [string];
  readonly MemorySize: number;
  readonly Timeout: number;
  readonly Environment: { readonly Variables: Parts };
}
type Rule = { readonly ScheduleExpression?: string; readonly EventPattern?: Part };

export function plainOf({ Parameters, Conditions, Resources }: Alone): Plain {
  const properties = <T>(id: string) => (Resources[id] as { Properties: T } | undefined)?.Properties;
  const lambda = properties<Lambda>('Function');
  const role = properties<{ Policies: readonly { PolicyDocument: { Statement: readonly Part[] } }[] }>('Role');
  if (lambda === undefined || role === undefined) throw new Error('the template has no function with a role');
  const rule = properties<Rule>('Rule');
  const lists = listsOf(Conditions);
  const given = (part: Part) => defaultOf(part, Parameters) ?? part;
  return {
    namePattern: (Parameters.FunctionName as { AllowedPattern: string }).AllowedPattern,
    description: lambda.Description,
    handler: lambda.Handler,
    runtime: lambda.Runtime,
    architecture: lambda.Architectures[0],
    memorySize: lambda.MemorySize,
    timeout: lambda.Timeout,
    logRetentionInDays: properties<{ RetentionInDays: number }>('Log')?.RetentionInDays ?? 0,
    environment: fixed(lambda.Environment.Variables, Parameters),
    rotates: 'Permission' in Resources,
    revokesLater: 'Scheduler' in Resources,
    schedule: rule?.ScheduleExpression ?? '',
    pattern: rule?.EventPattern === undefined ? '' : JSON.stringify(rule.EventPattern),
    statements: role.Policies.flatMap((policy) => policy.PolicyDocument.Statement).flatMap((one) => when(one, lists)),
    alarms: filled(plainAlarms(Resources, given) as unknown as Part) as unknown as Plain['alarms'],
    died: plainFilter(filled(properties<Parts>('Died') ?? {}) as Parts),
  };
}

/** By condition, the parameter that it asks for. */
function listsOf(conditions: Record<string, Part>): ReadonlyMap<string, string> {
  const asked = Object.entries(conditions).flatMap(([name, rule]) => {
    const [, id] = /^\{"Fn::Not":.*"Ref":"(\w+)"/.exec(JSON.stringify(rule)) ?? [];
    return id === undefined ? [] : [[name, id] as const];
  });
  // Terraform's module is told the key of its topic, whoever made it.
  return new Map([...asked, ['HasTopicKey', 'TopicKeyArn']]);
}

function fixed(variables: Parts, parameters: Record<string, Part>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(variables).flatMap(([name, value]) => {
      if (typeof value === 'string') return [[name, value]];
      const standard = defaultOf(value, parameters);
      return standard ? [[name, standard]] : [];
    }),
  );
}

/** Of the parameter that stands there. */
const defaultOf = (part: Part, parameters: Record<string, Part>) =>
  ((parameters[(part as { Ref?: string }).Ref ?? ''] ?? {}) as { Default?: string }).Default;

function when(part: Part, lists: ReadonlyMap<string, string>): readonly PlainStatement[] {
  const branches = (part as { 'Fn::If'?: readonly [string, Part, Part] })['Fn::If'];
  if (branches === undefined) return [{ when: [], ...(filled(part) as Parts) }];
  const [condition, then] = branches;
  const list = lists.get(condition);
  if (list === undefined) throw new Error(`${condition} is no condition on one parameter`);
  return when(then, lists).map((one) => ({ ...one, when: [list, ...one.when] }));
}

const WORDS: Readonly<Record<string, string>> = {
  'AWS::Partition': 'partition',
  'AWS::Region': 'region',
  'AWS::AccountId': 'account',
  'AWS::URLSuffix': 'suffix',
  FunctionName: 'name',
  SecretAccountId: 'secret_account',
  'Log.Arn': 'log',
};
const word = (id: string) => {
  const known = WORDS[id];
  if (known === undefined) throw new Error(`function.json has no word for ${id}`);
  return `\${${known}}`;
};

function filled(part: Part): Part {
  if (Array.isArray(part)) return part.map(filled);
  if (typeof part !== 'object' || part === null) return part;
  const [[key = '', value = ''] = []] = Object.entries(part);
  if (key === 'Ref') return value === 'FunctionName' ? word(value) : String(value);
  if (key === 'Fn::Sub') return String(value).replace(/\$\{([\w:.]+)\}/g, (_, id) => word(id));
  if (key === 'Fn::If') return (value as readonly Part[])[0] === 'MakesTopic' ? `\${topic}` : 'TopicKeyArn';
  if (key === 'Fn::GetAtt') return `\${scheduler}`;
  return Object.fromEntries(Object.entries(part).map(([name, one]) => [name, filled(one)]));
}
