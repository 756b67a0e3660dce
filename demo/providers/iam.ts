import { startIam } from '../../local/doubles/iam.ts';
import { iamKeys } from '../../shared/aws/iam-keys.ts';
import { iamProvider } from '../../shared/keys/vendors/iam.ts';
import type { ProviderAct } from '../provider/act.ts';

export const act = {
  title: 'an access key of an IAM user',
  provider: iamProvider(iamKeys),
  handler: 'accessKey',
  start: startIam,
} satisfies ProviderAct;
