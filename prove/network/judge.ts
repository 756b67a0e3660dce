/** What a step may say that fails because of the network, and how long it may take. */
import { Refuted, properties as watched } from '../crash/watch.ts';
import { type Fault, onTheWayCodes } from './faults.ts';

/** The limit of the function, where a fault asks for no other. */
export const SECONDS = 12;

export const properties = {
  ...watched,
  ends: 'a step ends before the limit of the function',
  told: 'a failed step tells a code that says what it was',
  plain: 'no message, hint or error leads to plain text',
} as const;

/** Throws what is broken. `body`: of the message. */
export function judge(
  { errorType, errorMessage }: { readonly errorType: string; readonly errorMessage: string },
  body: Readonly<Record<string, unknown>> | undefined,
  code: string,
  { codes = onTheWayCodes, seconds = SECONDS }: Fault,
): void {
  if (errorType === 'Sandbox.Timedout') throw new Refuted('ends', `the step did not end within ${seconds} s`);
  if (!codes.includes(code)) throw new Refuted('told', `${code}: ${errorMessage}`);
  const text = `${errorMessage} ${JSON.stringify(body ?? {})}`;
  if (/\bssl\\?"?\s*[:=]\s*\\?"?(false|0|no)|sslmode|plain.?text|without TLS/i.test(text))
    throw new Refuted('plain', text);
}
