/** One function and its template, without Serverless: for `aws cloudformation deploy`, SAM, StackSets, Terraform and the CDK. */
import type { Naming } from './stack.ts';
import { ifElse, type Part, type Parts, ref } from './template.ts';

/** As Serverless packages it, with this one function. */
export interface Packaged {
  readonly Parameters?: Record<string, Part>;
  readonly Conditions?: Record<string, Part>;
  readonly Resources: Record<string, Part>;
  readonly Outputs?: Record<string, Part>;
}
export interface Alone {
  AWSTemplateFormatVersion: string;
  Description: string;
  Parameters: Record<string, Part>;
  Conditions: Record<string, Part>;
  Resources: Record<string, Part>;
  Outputs: Record<string, Part>;
}
export interface Only {
  /** mysql-single-user */
  readonly key: string;
  /** rekey-dev-mysql-single-user */
  readonly name: string;
  /** rekey-dev */
  readonly prefix: string;
  readonly description: string;
  /** Of the zip. With it in the key, another zip is another key, and CloudFormation sees that there is something to do. */
  readonly digest: string;
}

/**
 * The same resources under plain ids. Its name, the place of its zip and its topic are parameters; roles are spelled from the name, as in
 * the stack, and so have the same rights.
 */
export function aloneOf(packaged: Packaged, only: Only, naming: Naming): Alone {
  const { Parameters = {}, Conditions = {}, Resources, Outputs = {} } = packaged;
  const kept = Object.entries(Resources).filter(([id]) => !id.startsWith('Serverless'));
  const ids = new Map(kept.map(([id]) => [id, plainId(id, only.key, naming)]));
  const plain = (part: Part) => renamed(withoutName(part, only), ids);
  const resources = Object.fromEntries(kept.map(([id, one]) => [ids.get(id) ?? id, plain(one)]));
  return {
    AWSTemplateFormatVersion: '2010-09-09',
    Description: `Rekey: ${only.description}`,
    Parameters: { ...PARAMETERS(only), ...Parameters },
    Conditions: { ...Conditions, ...topicConditions(Conditions) },
    Resources: withTopic(withCode(resources)),
    Outputs: {
      FunctionArn: { Description: only.description, Value: { 'Fn::GetAtt': ['Function', 'Arn'] } },
      RotationTopicArn: { ...(Outputs.RotationTopicArn as Parts), Value: TOPIC },
      TopicKeyArn: Outputs.TopicKeyArn ?? {},
    },
  };
}

const PARAMETERS = ({ key, digest }: Only) => ({
  FunctionName: {
    Type: 'String',
    Default: `rekey-${key}`,
    AllowedPattern: namesOf(key),
    Description: 'Its role, log and secrets go by this name.',
  },
  CodeBucket: { Type: 'String', Description: 'The bucket with the zip, in the region of the stack.' },
  CodeKey: { Type: 'String', Default: keyOf(key, digest), Description: 'The zip in that bucket.' },
  TopicArn: {
    Type: 'String',
    Default: '',
    Description: 'A topic to tell of rotations, of another stack of Rekey for example. Empty makes one.',
  },
});

/** The name of a function that looks at others says which ones; the logs that rotation-events may read begin with rekey-. */
function namesOf(key: string): string {
  if (key.endsWith('rotation-events')) return 'rekey-[a-zA-Z0-9_-]{0,43}rotation-events';
  if (key.endsWith('watch')) return '[a-zA-Z0-9_-]{0,59}watch';
  return '[a-zA-Z0-9_-]{1,64}';
}

export const keyOf = (key: string, digest: string) => `rekey/${key}-${digest.slice(0, 16)}.zip`;

/** MysqlDashsingleDashuserLambdaFunction is Function here, MysqlSingleUserRole is Role. */
function plainId(id: string, key: string, naming: Naming): string {
  if (id === naming.getLambdaLogicalId(key)) return 'Function';
  if (id === naming.getLogGroupLogicalId(key)) return 'Log';
  if (/EventsRuleSchedule1$|EventBridgeRule$/.test(id)) return id.includes('Permission') ? 'RulePermission' : 'Rule';
  if (id.endsWith('EventBridgeLambdaPermission1')) return 'RulePermission';
  const start = naming.toStartCase(key);
  return id.startsWith(start) && id !== start ? id.slice(start.length) : id;
}

function renamed(part: Part, ids: ReadonlyMap<string, string>): Part {
  let text = JSON.stringify(part);
  for (const [id, plain] of ids) {
    text = text.replaceAll(`"${id}"`, `"${plain}"`).replace(new RegExp(`\\$\\{${id}(?=[.}])`, 'g'), `\${${plain}`);
  }
  return JSON.parse(text);
}

/** Wherever the function's name stood, its parameter does. */
function withoutName(part: Part, only: Only): Part {
  if (typeof part === 'string') {
    const text = nameless(part, only);
    return text === part ? part : text === `\${FunctionName}` ? ref('FunctionName') : { 'Fn::Sub': text };
  }
  if (typeof part !== 'object') return part;
  if (Array.isArray(part)) return part.map((one) => withoutName(one, only));
  return Object.fromEntries(
    Object.entries(part).map(([key, one]) => [
      key,
      key === 'Fn::Sub' && typeof one === 'string' ? nameless(one, only) : withoutName(one, only),
    ]),
  );
}

const nameless = (text: string, { name, prefix }: Only) =>
  text.replaceAll(name, `\${FunctionName}`).replaceAll(prefix, `\${FunctionName}`);

const withCode = (resources: Record<string, Part>): Record<string, Part> => {
  const { Properties, ...rest } = resources.Function as { Properties: Parts & { Environment: { Variables: Parts } } };
  const Code = { S3Bucket: ref('CodeBucket'), S3Key: ref('CodeKey') };
  // What is deployed by itself may be called anything: no name is of another stack.
  const { STACK_FUNCTIONS: _, ...Variables } = Properties.Environment.Variables;
  return { ...resources, Function: { ...rest, Properties: { ...Properties, Environment: { Variables }, Code } } };
};

const TOPIC = ifElse('MakesTopic', ref('RotationTopic'), ref('TopicArn'));
const isEmpty = (id: string) => ({ 'Fn::Equals': [ref(id), ''] });

/** With a topic from elsewhere its key is that topic's, or there is none to use. */
const topicConditions = ({ MakesTopicKey = '', HasTopicKey = '' }: Record<string, Part>): Record<string, Part> => ({
  MakesTopic: isEmpty('TopicArn'),
  MakesTopicKey: { 'Fn::And': [{ Condition: 'MakesTopic' }, MakesTopicKey] },
  HasTopicKey: {
    'Fn::And': [HasTopicKey, { 'Fn::Or': [{ Condition: 'MakesTopic' }, { 'Fn::Not': [isEmpty('TopicKeyArn')] }] }],
  },
});

/** It is made only where none is given. */
function withTopic({ RotationTopic, ...others }: Record<string, Part>): Record<string, Part> {
  const walk = (part: Part): Part => {
    if (typeof part !== 'object') return part;
    if (Array.isArray(part)) return part.map(walk);
    if ((part as { Ref?: string }).Ref === 'RotationTopic') return TOPIC;
    return Object.fromEntries(Object.entries(part).map(([key, one]) => [key, walk(one)]));
  };
  return {
    ...Object.fromEntries(Object.entries(others).map(([id, one]) => [id, walk(one)])),
    RotationTopic: { ...(RotationTopic as Parts), Condition: 'MakesTopic' },
  };
}
