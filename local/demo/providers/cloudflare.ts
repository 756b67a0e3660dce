import { cloudflare } from '../../../shared/providers/cloudflare.ts';
import { startCloudflare } from '../../doubles/cloudflare.ts';
import type { ProviderAct } from '../provider/demo.ts';

export const act: ProviderAct = {
  title: 'a Cloudflare API token',
  bundle: 'cloudflare',
  handler: 'cloudflare',
  provider: cloudflare,
  start: startCloudflare,
};
