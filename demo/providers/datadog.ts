import { startDatadogApiKeys } from '../../local/doubles/datadog.ts';
import { datadogApiKey } from '../../shared/keys/vendors/datadog/datadog.ts';
import type { ProviderAct } from '../provider/act.ts';

export const act = {
  title: 'a Datadog API key',
  provider: datadogApiKey,
  handler: 'apiKey',
  start: startDatadogApiKeys,
} satisfies ProviderAct;
