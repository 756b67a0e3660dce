import { twilioApiKey } from '../../../shared/providers/twilio/api-key.ts';
import { startTwilioApiKey } from '../../doubles/twilio/api-key.ts';
import type { ProviderAct } from '../provider/demo.ts';

export const act: ProviderAct = {
  title: 'a Twilio API key',
  bundle: 'twilio',
  handler: 'apiKey',
  provider: twilioApiKey,
  start: startTwilioApiKey,
};
