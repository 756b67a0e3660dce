import { okta } from '../../../shared/providers/okta.ts';
import { startOkta } from '../../doubles/okta.ts';
import type { ProviderAct } from '../provider/demo.ts';

export const act: ProviderAct = {
  title: 'an Okta client secret',
  bundle: 'okta',
  handler: 'okta',
  provider: okta,
  start: startOkta,
};
