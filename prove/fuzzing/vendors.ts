/** Every provider, with its double. */

import { loadAct, providerNames } from '../../demo/provider/act.ts';
import { startDatadogApplicationKeys } from '../../local/doubles/datadog.ts';
import type { ProviderDouble } from '../../local/doubles/double.ts';

import acme from '../../providers/acme.json' with { type: 'json' };
import { declaredProvider } from '../../shared/keys/declared/declared.ts';
import type { AcceptingProvider, IssuingProvider } from '../../shared/keys/provider.ts';
import { datadogApplicationKey } from '../../shared/keys/vendors/datadog/datadog.ts';
import { twilioAuthToken } from '../../shared/keys/vendors/twilio/auth-token.ts';
import { startAcme } from '../../test/support/acme.ts';
import { startTwilioAuthToken } from '../../test/support/twilio-auth-token.ts';

export interface Vendor {
  readonly provider: IssuingProvider | AcceptingProvider;
  start(): Promise<ProviderDouble>;
}

/** By the name that a replay has. */
export const vendorNames: readonly string[] = [...providerNames(), 'datadog-application', 'twilio-token', 'acme'];

/** The role of the function, for who signs with it. */
const ROLE = {
  AWS_ACCESS_KEY_ID: 'ASIAROLEOFTHEFUNCTIO',
  AWS_SECRET_ACCESS_KEY: 'of the role',
  AWS_REGION: 'eu-west-1',
};

export async function vendorOf(name: string): Promise<Vendor> {
  Object.assign(process.env, ROLE);
  switch (name) {
    case 'datadog-application':
      return { provider: datadogApplicationKey, start: startDatadogApplicationKeys };
    case 'twilio-token':
      return { provider: twilioAuthToken, start: startTwilioAuthToken };
    case 'acme':
      return { provider: declaredProvider(acme, 'providers/acme.json'), start: startAcme };
    default:
      return loadAct(name);
  }
}
