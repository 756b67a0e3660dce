import { iamKeys } from '../../../shared/aws/iam-keys.ts';
import { iamProvider } from '../../../shared/providers/iam.ts';
import { startIam } from '../../doubles/iam.ts';
import type { ProviderAct } from '../provider/stage.ts';

export const act = {
  title: 'an access key of an IAM user',
  handler: 'accessKey',
  provider: iamProvider(iamKeys),
  start() {
    // The application of the demonstration asks STS, too, and an SDK wants to know a region. Lambda gives one to a function.
    process.env.AWS_REGION ??= 'us-east-1';
    return startIam();
  },
} satisfies ProviderAct;
