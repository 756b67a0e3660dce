import { labelOperations } from './operations/labels.ts';
import { readingOperations } from './operations/reading.ts';
import { tagOperations } from './operations/tags.ts';
import { writingOperations } from './operations/writing.ts';
import type { ParameterOperations } from './world.ts';

/** Every operation of Parameter Store, by its name on the wire. Of the rest of Systems Manager there is nothing. */
export const operations: ParameterOperations = {
  ...readingOperations,
  ...writingOperations,
  ...labelOperations,
  ...tagOperations,
};
