/** Secrets that would name a function which is gone: Secrets Manager would go on calling it, and nobody would answer. */
import { isOfStack } from '../../shared/lambda/incidents.ts';

export interface Named {
  readonly secret: string;
  readonly function: string;
}
interface Listed {
  readonly Name?: string | undefined;
  readonly RotationLambdaARN?: string | undefined;
}

/** Of functions of this stack that are not among those that stay. `known`: what serverless.yml calls all that there may be. */
export function leftBehind(
  secrets: readonly Listed[],
  { prefix, known, stay }: { prefix: string; known: readonly string[]; stay: readonly string[] },
): readonly Named[] {
  return secrets.flatMap(({ Name = '', RotationLambdaARN = '' }) => {
    const [, name = ''] = /:function:([^:]+)/.exec(RotationLambdaARN) ?? [];
    return isOfStack(name, `${prefix}-`, known) && !stay.includes(name) ? [{ secret: Name, function: name }] : [];
  });
}

export const refusalOf = (left: readonly Named[]): string =>
  [
    'these secrets name a function that would be gone, and would not rotate any more:',
    ...left.map((one) => `  ${one.secret}  ${one.function}`),
    'next: attach another function (rekey enable SECRET --function NAME), or turn rotation off (aws secretsmanager cancel-rotate-secret --secret-id SECRET);',
    'or name the functions that are to stay: --param functions=…; or say that you know: --param left-behind=allow',
  ].join('\n');
