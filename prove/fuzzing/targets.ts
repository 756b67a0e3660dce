import type { Target } from './target.ts';
import { commandLines } from './targets/command-lines.ts';
import { descriptions } from './targets/descriptions.ts';
import { events } from './targets/events.ts';
import { packets } from './targets/packets.ts';
import { keyValues, providerAnswers } from './targets/provider-answers.ts';
import { secretValues } from './targets/secret-values.ts';
import { serviceAnswers } from './targets/service-answers.ts';
import { settings } from './targets/settings.ts';

export const targets: readonly Target[] = [
  ...secretValues,
  keyValues,
  settings,
  descriptions,
  events,
  serviceAnswers,
  providerAnswers,
  commandLines,
  ...packets,
];
