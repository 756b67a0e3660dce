import { generatedValueStrategy } from '../shared/generated/generated-value.ts';
import { handler } from '../shared/lambda/handler.ts';

export const generatedValue = handler(generatedValueStrategy());
