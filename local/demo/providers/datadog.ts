import { datadogApiKey } from '../../../shared/providers/datadog.ts';
import { startDatadogApiKeys } from '../../doubles/datadog.ts';
import type { ProviderAct } from '../provider/demo.ts';

export const act: ProviderAct = {
  title: 'a Datadog API key',
  bundle: 'datadog',
  handler: 'apiKey',
  provider: datadogApiKey,
  start: startDatadogApiKeys,
};
