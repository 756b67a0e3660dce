/** What a function does for a parameter. The code for it is loaded when the first event about one comes. */
import { parseParameterEvent } from './parameter-event.ts';
import type { Work } from './stack.ts';

export const parameterWork: Work = {
  parse: parseParameterEvent,
  run: async (event, running) => (await import('./rotate-parameter.ts')).rotateParameter(event, running),
};
