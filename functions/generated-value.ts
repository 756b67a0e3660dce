import { rotationHandler } from '../shared/lambda/rotation-handler.ts';
import { generatedValueStrategy } from '../shared/strategies/generated-value.ts';

export const generatedValue = rotationHandler(generatedValueStrategy());
