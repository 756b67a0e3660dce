import { startTwilioApiKey } from '../../local/doubles/twilio/api-key.ts';
import { twilioApiKey } from '../../shared/keys/vendors/twilio/api-key.ts';
import type { ProviderAct } from '../provider/act.ts';

export const act = {
  title: 'a Twilio API key',
  provider: twilioApiKey,
  handler: 'apiKey',
  start: startTwilioApiKey,
} satisfies ProviderAct;
