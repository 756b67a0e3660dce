import type { Sandbox } from '../local/sandbox.ts';

/** One thing that a demonstration shows, and whether it was so. */
export interface Claim {
  readonly about: 'rotation' | 'labels' | 'client' | 'function' | 'passwords' | 'message';
  readonly text: string;
  readonly held: boolean;
}

/** What every demonstration has to tell; its parts have claims of their own. */
export interface Figures {
  readonly version: 1;
  readonly held: boolean;
  readonly ms: number;
  /** About all parts together. */
  readonly claims: readonly Claim[];
}

export const haveHeld = (claims: readonly Claim[]): boolean => claims.every(({ held }) => held);

/** Looks at all that anybody could read: the server's log with every statement, the functions' logs and answers, and the messages. */
export function isSilent({ functions, sns }: Sandbox, values: readonly string[], serverLog = ''): boolean {
  const told = functions.names().map((name) => [functions.logs(name), functions.invocations(name)]);
  const readable = serverLog + JSON.stringify([told, sns.messages]);
  return values.every((value) => !readable.includes(value));
}
