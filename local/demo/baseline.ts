import { readFileSync } from 'node:fs';
import type { StrategyName } from './strategies.ts';

/** What AWS's templates need for one rotation, as measured earlier. */
export interface BaselineStrategy {
  readonly calls: number;
  readonly logins: number;
  /** Of these logins, how many the server refused. */
  readonly refusedLogins: number;
  readonly warm: BaselineTimes;
  readonly cold: BaselineTimes;
}

export interface BaselineTimes {
  readonly rotationMs: number;
  readonly outageMs: number;
  /** Refused logins of a client, per rotation. */
  readonly clientRefused: number;
}

export interface BaselineEngine extends Readonly<Partial<Record<StrategyName, BaselineStrategy>>> {
  readonly bundle: { readonly zipBytes: number; readonly zipHolds: string; readonly initMs: number };
}

export interface Baseline {
  readonly source: string;
  readonly conditions: string;
  readonly engines: Readonly<Record<string, BaselineEngine>>;
}

export function readBaseline(): Baseline {
  return JSON.parse(readFileSync(new URL('../../bench/baseline.json', import.meta.url), 'utf8'));
}
