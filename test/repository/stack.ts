/** Whole templates for a choice of functions, made here: what tools/stack gives, and a likeness of what Serverless adds. */
import { createRequire } from 'node:module';
import type { Block, Naming } from '../../tools/stack/stack.ts';
import { roleIdOf, stackOf } from '../../tools/stack/stack.ts';
import type { Part, Template } from '../../tools/stack/template.ts';
import { serverless } from './template.ts';

export const naming: Naming & { getNormalizedFunctionName(key: string): string } = createRequire(import.meta.url)(
  'serverless/lib/plugins/aws/lib/naming.js',
);

export type Blocks = Readonly<
  Record<string, Block & { readonly timeout?: number; readonly events?: readonly unknown[] }>
>;

/** As serverless.yml has them. */
export async function theBlocks(): Promise<Blocks> {
  const { functions } = JSON.parse(await serverless('print', '--format', 'json'));
  const named = Object.entries(functions as Blocks).map(([key, block]) => [
    key,
    { ...block, name: `rekey-dev-${key}` },
  ]);
  return Object.fromEntries(named);
}

export type Whole = Omit<Template, 'extensions'>;

/** `known`: what serverless.yml has besides. */
export function templateOf(
  blocks: Blocks,
  values: Readonly<Record<string, string>> = {},
  known: readonly string[] = Object.keys(blocks),
): Whole {
  const { extensions, ...template } = stackOf({ blocks, known, prefix: 'rekey-dev', values }, naming);
  const made = Object.entries(blocks).map(([key, block]) => ofServerless(key, block, extensions));
  return {
    ...template,
    Resources: Object.assign({ ServerlessDeploymentBucket: { Type: 'AWS::S3::Bucket' } }, template.Resources, ...made),
  };
}

function ofServerless(key: string, block: Blocks[string], extensions: Record<string, Part>) {
  const { name, handler, description, timeout = 30, events = [] } = block;
  const lambda = naming.getLambdaLogicalId(key);
  const { Properties } = extensions[lambda] as { Properties: Record<string, Part> };
  const source = { 'Fn::GetAtt': [lambda, 'Arn'] };
  return {
    [lambda]: {
      Type: 'AWS::Lambda::Function',
      DependsOn: [naming.getLogGroupLogicalId(key)],
      Properties: {
        Code: { S3Bucket: { Ref: 'ServerlessDeploymentBucket' }, S3Key: `${key}.zip` },
        Handler: handler,
        Runtime: 'nodejs22.x',
        FunctionName: name,
        MemorySize: 512,
        Timeout: timeout,
        Architectures: ['arm64'],
        Description: description,
        Role: { 'Fn::GetAtt': [roleIdOf(key, naming), 'Arn'] },
        ...Properties,
      },
    },
    [naming.getLogGroupLogicalId(key)]: {
      Type: 'AWS::Logs::LogGroup',
      Properties: { LogGroupName: `/aws/lambda/${name}`, RetentionInDays: 90 },
    },
    ...(events.length > 0 && {
      [`${naming.getNormalizedFunctionName(key)}EventBridgeRule`]: {
        Type: 'AWS::Events::Rule',
        Properties: { Name: `${name}-rule`, Targets: [{ Arn: source, Id: `${name}-target` }], ...whenOf(events) },
      },
      [`${naming.getNormalizedFunctionName(key)}EventBridgeLambdaPermission1`]: {
        Type: 'AWS::Lambda::Permission',
        Properties: { FunctionName: source, Action: 'lambda:InvokeFunction', Principal: 'events.amazonaws.com' },
      },
    }),
  };
}

const whenOf = ([event]: readonly unknown[]) => {
  const { schedule, eventBridge } = event as { schedule?: string; eventBridge?: { pattern: Part } };
  return schedule === undefined ? { EventPattern: eventBridge?.pattern ?? '' } : { ScheduleExpression: schedule };
};

/** Ids that a template names and does not have. */
export function unresolved({ Parameters, Conditions, Resources, Outputs }: Whole): string[] {
  const ids = new Set([...Object.keys(Parameters), ...Object.keys(Resources)]);
  const found: string[] = [];
  const walk = (part: unknown): void => {
    if (typeof part !== 'object' || part === null) return;
    for (const [key, value] of Object.entries(part)) {
      if (key === 'Ref' || key === 'DependsOn') found.push(...[value].flat().filter((id) => !has(ids, id)));
      else if (key === 'Fn::GetAtt') found.push(...[value[0]].filter((id) => !has(ids, id)));
      else if (key === 'Fn::If') found.push(...[value[0]].filter((id) => !(id in Conditions)));
      else if (key === 'Condition' && typeof value === 'string' && !(value in Conditions)) found.push(value);
      else if (key === 'Fn::Sub') found.push(...substituted(value).filter((id) => !has(ids, id)));
      walk(value);
    }
  };
  walk([Conditions, Resources, Outputs]);
  return found;
}

const has = (ids: Set<string>, id: string) => id.startsWith('AWS::') || ids.has(id);
const substituted = (text: string) => [...text.matchAll(/\$\{([\w:]+)/g)].map(([, id = '']) => id);

/** What tells one function's resources from another's, but for names. */
export const kindOf = (key: string, { may = [], events, environment }: Blocks[string]) =>
  JSON.stringify([may, events, environment, /^postgres-single-user/.test(key) && key]);
