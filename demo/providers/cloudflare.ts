import { startCloudflare } from '../../local/doubles/cloudflare.ts';
import { cloudflare } from '../../shared/keys/vendors/cloudflare/cloudflare.ts';
import type { ProviderAct } from '../provider/act.ts';

export const act = {
  title: 'a Cloudflare API token',
  provider: cloudflare,
  start: startCloudflare,
} satisfies ProviderAct;
