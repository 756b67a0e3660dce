import { InvokeCommand, type InvokeCommandInput, type InvokeCommandOutput } from '@aws-sdk/client-lambda';
import { LONGEST_INVOCATION_MS } from '../shared/rotation/pause.ts';
import type { Account } from './account.ts';
import { call } from './call.ts';

interface Invoked {
  readonly functionArn: string;
  readonly functionName?: string | undefined;
}

/** Waits for the answer; whoever stops waiting stops nothing. */
export function invoke(
  { functions, patience }: Account,
  { functionArn, functionName }: Invoked,
  event: Readonly<Record<string, string>>,
  more: Pick<InvokeCommandInput, 'LogType'> = {},
): Promise<InvokeCommandOutput> {
  const command = new InvokeCommand({
    FunctionName: functionArn,
    Payload: new TextEncoder().encode(JSON.stringify(event)),
    ...more,
  });
  const longest = { ...patience, deadlineMs: LONGEST_INVOCATION_MS };
  return call('lambda:InvokeFunction', functionName, longest, (abort) => functions.send(command, abort));
}
