import { auth0 } from '../../../shared/providers/auth0.ts';
import { startAuth0 } from '../../doubles/auth0.ts';
import type { ProviderAct } from '../provider/demo.ts';

export const act: ProviderAct = {
  title: 'an Auth0 client secret',
  bundle: 'auth0',
  handler: 'auth0',
  provider: auth0,
  start: startAuth0,
};
