import { startOkta } from '../../local/doubles/okta.ts';
import { okta } from '../../shared/keys/vendors/okta.ts';
import type { ProviderAct } from '../provider/act.ts';

export const act = { title: 'an Okta client secret', provider: okta, start: startOkta } satisfies ProviderAct;
