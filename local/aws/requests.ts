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

export interface RequestLog {
  readonly entries: readonly RequestRecord[];
  add(record: RequestRecord): void;
  clear(): void;
}

const kept = 10_000;

export function requestLog(): RequestLog {
  const entries: RequestRecord[] = [];
  return {
    entries,
    add: (record) => {
      entries.push(record);
      if (entries.length > kept) entries.shift();
    },
    clear: () => {
      entries.length = 0;
    },
  };
}
