import type { RotationFunctions } from '../../aws/service.ts';
import type { RotationFailure, RotationStep } from './rotation-record.ts';

/** What a rotation function is told in every step of one try. */
export interface StepCall {
  readonly arn: string;
  readonly token: string;
  readonly rotationToken: string;
}

/** Calls the function for a step. Gives what it failed with. */
export async function callStep(
  functions: RotationFunctions,
  functionArn: string,
  { arn: SecretId, token: ClientRequestToken, rotationToken: RotationToken }: StepCall,
  step: RotationStep,
): Promise<RotationFailure | undefined> {
  try {
    const event = { Step: step, SecretId, ClientRequestToken, RotationToken };
    const outcome = await functions.invoke(functionArn, event);
    return outcome.ok ? undefined : outcome.error;
  } catch (error) {
    return { errorType: 'InvokeFailed', errorMessage: error instanceof Error ? error.message : String(error) };
  }
}
