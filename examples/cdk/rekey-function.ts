/** One function of Rekey as a construct: a thin layer over the template and the zip that `npm run package -- --function NAME` makes. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
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
   * that the app makes counts as given. Switches (Metrics, Dashboard, TopicKeyArn's none) are to be plain text.
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
    const zip = new Asset(this, 'Code', { path: join(props.package, 'code.zip') });
    const text = readFileSync(join(props.package, 'template.json'), 'utf8');
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
