/** One function of Rekey as a construct: a thin layer over the template and the zip that `npm run package -- --function NAME` makes. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { FileSystem, Fn, Token } from 'aws-cdk-lib';
import { type IFunction, Function as Lambda } from 'aws-cdk-lib/aws-lambda';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import { type ITopic, Topic } from 'aws-cdk-lib/aws-sns';
import { CfnInclude } from 'aws-cdk-lib/cloudformation-include';
import { Construct } from 'constructs';

export interface RekeyFunctionProps {
  /** The folder that `npm run package -- --function NAME` made. */
  readonly package: string;
  /** Its role, log and secrets go by it. */
  readonly functionName: string;
  /**
   * Values of the template's parameters: SubnetIds, SecurityGroupIds, SuperuserSecretArns, PasswordLength, TopicArn, … One of a resource
   * that the app makes counts as given. Switches (Metrics, Dashboard, Fleet, TopicKeyArn's none) are to be plain text.
   */
  readonly parameters?: Parameters;
}
type Parameters = Readonly<Record<string, string | readonly string[]>>;

export class RekeyFunction extends Construct {
  /** For `secret.addRotationSchedule('Rotation', { rotationLambda })`. */
  readonly rotationLambda: IFunction;
  /** Tells of every rotation that succeeded or failed, and of alarms. */
  readonly topic: ITopic;
  /** Everything of the template, by its ids there. */
  readonly template: CfnInclude;

  constructor(scope: Construct, id: string, props: RekeyFunctionProps) {
    super(scope, id);
    const text = templateIn(props);
    const zip = new Asset(this, 'Code', { path: join(props.package, 'code.zip') });
    this.template = new CfnInclude(this, 'Template', {
      templateFile: decided(text, props.parameters ?? {}),
      preserveLogicalIds: false,
      parameters: {
        ...props.parameters,
        FunctionName: props.functionName,
        CodeBucket: zip.s3BucketName,
        CodeKey: zip.s3ObjectKey,
      },
    });
    const given = (output: string) => Token.asString(this.template.getOutput(output).value);
    this.rotationLambda = Lambda.fromFunctionAttributes(this, 'Function', {
      // Who names the function waits for the permission too, so that Secrets Manager may call it by then.
      functionArn:
        'Permission' in JSON.parse(text).Resources
          ? Fn.select(0, [given('FunctionArn'), this.template.getResource('Permission').ref])
          : given('FunctionArn'),
      // The template has the permission for Secrets Manager already.
      skipPermissions: true,
    });
    this.topic = Topic.fromTopicArn(this, 'Topic', given('RotationTopicArn'));
  }
}

/** Throws where there is no such package, no such parameter, or where the function cannot live with its name. */
function templateIn({ package: folder, functionName, parameters = {} }: RekeyFunctionProps): string {
  const packages = existsSync(dirname(folder))
    ? readdirSync(dirname(folder)).filter((name) => isPackage(dirname(folder), name))
    : [];
  if (!isPackage(dirname(folder), basename(folder))) {
    const name = basename(folder);
    throw new Error(
      `no package of Rekey is in ${folder}${guess(name, packages)} Or make it: npm run package -- --function ${name}`,
    );
  }
  const text = readFileSync(join(folder, 'template.json'), 'utf8');
  const { Parameters } = JSON.parse(text);
  const pattern = Parameters.FunctionName.AllowedPattern;
  if (!Token.isUnresolved(functionName) && !new RegExp(`^(${pattern})$`).test(functionName)) {
    throw new Error(`${basename(folder)} cannot be called ${functionName}: its name has to match ${pattern}`);
  }
  const names = Object.keys(Parameters).filter((name) => !OWN.includes(name));
  for (const name of Object.keys(parameters)) {
    if (!names.includes(name)) throw new Error(`${basename(folder)} has no parameter ${name}${guess(name, names)}`);
  }
  return text;
}

/** What the construct gives by itself. */
const OWN = ['FunctionName', 'CodeBucket', 'CodeKey'];

const isPackage = (folder: string, name: string) => existsSync(join(folder, name, 'template.json'));

/** By the pairs of letters that two words share. */
function guess(word: string, names: readonly string[]): string {
  const pairs = (text: string) =>
    [...text.toLowerCase()].slice(1).map((letter, at) => `${text[at]?.toLowerCase()}${letter}`);
  const likeness = (name: string) => {
    const [typed, known] = [pairs(word), pairs(name)];
    return (2 * known.filter((pair) => typed.includes(pair)).length) / (typed.length + known.length);
  };
  const [best] = names.toSorted((a, b) => likeness(b) - likeness(a));
  const near = best !== undefined && likeness(best) > 0.5 ? `, did you mean ${best}?` : '.';
  return names.length > 0 ? `${near} There are ${names.join(', ')}.` : '.';
}

/** A file with the template in which conditions look at no value that CloudFormation has yet to find out: it refuses such. */
function decided(text: string, parameters: Parameters): string {
  const { Conditions, ...rest } = JSON.parse(text);
  const value = '"a value of the stack"';
  let rules = JSON.stringify(Conditions);
  for (const [name, given] of Object.entries(parameters)) {
    if (!Token.isUnresolved(given) && ![given].flat().some((one) => Token.isUnresolved(one))) continue;
    const asked = `{"Ref":"${name}"}`;
    rules = rules.replaceAll(`{"Fn::Join":["",${asked}]}`, value).replaceAll(asked, value);
  }
  const file = join(FileSystem.mkdtemp('rekey-'), 'template.json');
  writeFileSync(file, JSON.stringify({ ...rest, Conditions: JSON.parse(rules) }));
  return file;
}
