/** `npx cdk deploy --app 'node app.ts'`: a secret that MySQL's function rotates. */
import { App, Duration, Stack } from 'aws-cdk-lib';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { RekeyFunction } from './rekey-function.ts';

const app = new App();
const stack = new Stack(app, 'Rekey');
const rekey = new RekeyFunction(stack, 'Rotation', {
  package: '../../.serverless/mysql-single-user',
  functionName: 'rekey-mysql-single-user',
  parameters: { SubnetIds: ['subnet-0aaa', 'subnet-0bbb'], SecurityGroupIds: ['sg-0ccc'] },
});
Secret.fromSecretNameV2(stack, 'Orders', 'prod/orders').addRotationSchedule('Schedule', {
  rotationLambda: rekey.rotationLambda,
  automaticallyAfter: Duration.days(30),
});
