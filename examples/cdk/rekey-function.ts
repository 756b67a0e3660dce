/** One function of Rekey as a construct: a thin layer over the template and the zip that `npm run package -- --function NAME` makes. */
import { join } from 'node:path';
import { Token } from 'aws-cdk-lib';
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
  /** Values of the template's parameters: SubnetIds, SecurityGroupIds, SuperuserSecretArns, PasswordLength, TopicArn, … */
  readonly parameters?: Readonly<Record<string, string | readonly string[]>>;
}

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
    this.template = new CfnInclude(this, 'Template', {
      templateFile: join(props.package, 'template.json'),
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
      functionArn: given('FunctionArn'),
      // The template has the permission for Secrets Manager already.
      skipPermissions: true,
    });
    this.topic = Topic.fromTopicArn(this, 'Topic', given('RotationTopicArn'));
  }
}
