/** Does Rekey rotate this parameter? Its journal tells, and needs no right to read the parameter itself. */
import { SSMClient } from '@aws-sdk/client-ssm';
import { clientOf } from '../../aws/clients.ts';
import { parameterCalls } from './calls.ts';
import { journalIn } from './journal.ts';
import { companionOf } from './names.ts';

export interface LastRotation {
  readonly at: Date;
  /** Between the last two. Undefined: there was one, and nobody knows whether another will come. */
  readonly intervalMs?: number;
}

/** Undefined: never, as far as the journal goes back. */
export async function lastRotationOf(
  name: string,
  signal: AbortSignal,
  client: SSMClient = clientOf(SSMClient),
): Promise<LastRotation | undefined> {
  const { done } = journalIn(await parameterCalls(client, signal).history(companionOf(name)));
  const [lastButOne, last] = [done.at(-2), done.at(-1)];
  if (last === undefined) return undefined;
  return { at: new Date(last.at), ...(lastButOne && { intervalMs: last.at - lastButOne.at }) };
}
