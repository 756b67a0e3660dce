// What generated-value.ts is, for parameters alone: without the code of Secrets Manager a quarter is left to load at the start.

import { generatedValueStrategy } from '../shared/generated/generated-value.ts';
import { parameterWork } from '../shared/lambda/parameter-work.ts';
import { rotationStack } from '../shared/lambda/stack.ts';

export const generatedValue = rotationStack(generatedValueStrategy(), () => parameterWork);
