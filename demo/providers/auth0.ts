import { startAuth0 } from '../../local/doubles/auth0.ts';
import { auth0 } from '../../shared/keys/vendors/auth0.ts';
import type { ProviderAct } from '../provider/act.ts';

export const act = { title: 'an Auth0 client secret', provider: auth0, start: startAuth0 } satisfies ProviderAct;
