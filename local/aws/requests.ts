import { type Kept, kept } from './kept.ts';

/** One call as the front saw it. */
export interface RequestRecord {
  readonly service: string;
  readonly operation: string;
  /** Epoch milliseconds of the machine's clock, not the account's. */
  readonly startedAt: number;
  readonly durationMs: number;
  /** HTTP status, 0 when the connection was cut without an answer. */
  readonly status: number;
  readonly errorCode?: string;
  /** Name of the rotation function that called, told by its access key id; absent for everybody else. */
  readonly caller?: string;
}

export type RequestLog = Kept<RequestRecord>;

export const requestLog = (): RequestLog => kept(10_000);
