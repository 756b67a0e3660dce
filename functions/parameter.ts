// What has no system behind it. For everything else, `<strategy>Parameter` stands beside `<strategy>` in the file of its system.
import { parameterHandler } from '../shared/lambda/parameter-handler.ts';
import { generatedValueStrategy } from '../shared/strategies/generated-value.ts';

export const generatedValue = parameterHandler(generatedValueStrategy());
