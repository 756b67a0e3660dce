import { datadogApiKey } from '../../../shared/keys/vendors/datadog/datadog.ts';
import { startDatadogApiKeys } from '../../doubles/datadog.ts';
import type { ProviderAct } from '../provider/act.ts';

export const act = {
  title: 'a Datadog API key',
  provider: datadogApiKey,
  handler: 'apiKey',
  start: startDatadogApiKeys,
} satisfies ProviderAct;
