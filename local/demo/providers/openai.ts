import { openai } from '../../../shared/providers/openai.ts';
import { startOpenai } from '../../doubles/openai.ts';
import type { ProviderAct } from '../provider/demo.ts';

export const act: ProviderAct = {
  title: 'a key of an OpenAI service account',
  bundle: 'openai',
  handler: 'openai',
  provider: openai,
  start: startOpenai,
};
