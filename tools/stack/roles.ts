/** Roles of the stack with everything filled in, for whoever decides by them: IAM's place in the sandbox. */
import { adminsOf } from './parameters.ts';
import { type RightName, statementsOf } from './rights.ts';
import type { Part } from './template.ts';

/** Blocks of serverless.yml, by the handler that each runs; one handler may have several. */
export function blocksIn(text: string): readonly { key: string; handler: string; may: readonly RightName[] }[] {
  const block = /^ {2}([\w-]+):\n {4}description: .*\n {4}handler: (\S+)\n(?: {4}timeout: .*\n)? {4}may: \[(.*)\]$/gm;
  return [...text.matchAll(block)].map(([, key = '', handler = '', may = '']) => ({
    key,
    handler,
    may: may.split(', ') as RightName[],
  }));
}

export interface Place {
  readonly partition: string;
  readonly region: string;
  readonly accountId: string;
}

/** A statement with nothing left to fill in. */
export interface Granted {
  readonly Sid: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** The statements of a function of this name. `values` fills in parameters: one that is missing was not given. */
export function roleFor(
  name: string,
  may: readonly RightName[],
  { partition, region, accountId }: Place,
  values: Readonly<Record<string, string | readonly string[]>>,
): readonly Granted[] {
  const all: Readonly<Record<string, string | readonly string[]>> = {
    'AWS::Partition': partition,
    'AWS::Region': region,
    'AWS::AccountId': accountId,
    'AWS::URLSuffix': 'amazonaws.com',
    'Log.Arn': `arn:${partition}:logs:${region}:${accountId}:log-group:/aws/lambda/${name}:*`,
    TopicKeyArn: `arn:${partition}:kms:${region}:${accountId}:key/topic`,
    ...values,
  };
  const named = { name, logGroup: 'Log', scheduler: 'Scheduler', admins: adminsOf('') };
  const statements = statementsOf(may, named).map((statement) => filled(statement, all));
  // What was a statement is one, with texts for what CloudFormation would have filled in.
  return statements.filter((statement): statement is Part & Granted => statement !== undefined);
}

const CONDITIONS: Readonly<Record<string, string>> = {
  HasMirrors: 'MirrorParameterArns',
  HasSecretAccount: 'SecretAccountId',
  HasSecretKeys: 'SecretKeyArns',
  HasSuperusers: 'SuperuserSecretArns',
  HasAdmins: 'AdminSecretArns',
  HasIamUsers: 'IamUserArns',
  HasParameters: 'ParameterArns',
  InVpc: 'SubnetIds',
  HasTopicKey: 'TopicKeyArn',
  MakesTopicKey: 'TopicKey',
};

/** Undefined where a condition leaves nothing. */
function filled(part: Part, all: Readonly<Record<string, Part>>): Part | undefined {
  if (Array.isArray(part)) return part.map((one) => filled(one, all)).filter((one) => one !== undefined);
  if (typeof part !== 'object') return part;
  const [[word = '', value = ''] = []] = Object.entries(part);
  if (word === 'Ref') return value === 'AWS::NoValue' ? undefined : known(String(value), all);
  if (word === 'Fn::GetAtt') return known((value as readonly string[]).join('.'), all);
  if (word === 'Fn::Sub') return String(value).replace(/\$\{([\w:.]+)\}/g, (_, id) => String(known(id, all)));
  if (word === 'Fn::If') {
    const [condition, then, otherwise] = value as readonly [string, Part, Part];
    return filled(CONDITIONS[condition] !== undefined && CONDITIONS[condition] in all ? then : otherwise, all);
  }
  return Object.fromEntries(
    Object.entries(part).flatMap(([key, one]) => {
      const made = filled(one, all);
      return made === undefined ? [] : [[key, made]];
    }),
  );
}

function known(id: string, all: Readonly<Record<string, Part>>): Part {
  const value = all[id];
  if (value === undefined) throw new Error(`nothing is given for ${id}`);
  return value;
}
