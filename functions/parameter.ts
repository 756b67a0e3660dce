// What generated-value.ts is, for parameters alone: without the code of Secrets Manager a quarter is left to load at the start.
import { parameterWork } from '../shared/lambda/parameter-work.ts';
import { rotationStack } from '../shared/lambda/stack.ts';
import { generatedValueStrategy } from '../shared/strategies/generated-value.ts';

export const generatedValue = rotationStack(generatedValueStrategy(), () => parameterWork);
