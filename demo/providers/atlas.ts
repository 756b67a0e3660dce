import { startAtlas } from '../../local/doubles/atlas.ts';
import { atlas } from '../../shared/keys/vendors/atlas.ts';
import type { ProviderAct } from '../provider/act.ts';

export const act = {
  title: 'the secret of a MongoDB Atlas service account',
  provider: atlas,
  start: startAtlas,
} satisfies ProviderAct;
