import { startOpenai } from '../../local/doubles/openai.ts';
import { openai } from '../../shared/keys/vendors/openai.ts';
import type { ProviderAct } from '../provider/act.ts';

export const act = {
  title: 'a key of an OpenAI service account',
  provider: openai,
  start: startOpenai,
} satisfies ProviderAct;
