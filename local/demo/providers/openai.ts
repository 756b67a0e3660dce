import { openai } from '../../../shared/providers/openai.ts';
import { startOpenai } from '../../doubles/openai.ts';
import type { ProviderAct } from '../provider/act.ts';

export const act = {
  title: 'a key of an OpenAI service account',
  provider: openai,
  start: startOpenai,
} satisfies ProviderAct;
