import { handler } from '../shared/lambda/handler.ts';
import { generatedValueStrategy } from '../shared/strategies/generated-value.ts';

export const generatedValue = handler(generatedValueStrategy());
