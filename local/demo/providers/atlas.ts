import { atlas } from '../../../shared/providers/atlas.ts';
import { startAtlas } from '../../doubles/atlas.ts';
import type { ProviderAct } from '../provider/demo.ts';

export const act: ProviderAct = {
  title: 'the secret of a MongoDB Atlas service account',
  bundle: 'atlas',
  handler: 'atlas',
  provider: atlas,
  start: startAtlas,
};
