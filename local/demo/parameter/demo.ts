import { playActs } from '../acts.ts';
import type { Claim } from '../claims.ts';
import type { StageOptions } from '../database-stage.ts';
import { type ParameterAct, playAct } from './act.ts';

export interface ParameterFigures {
  readonly version: 1;
  readonly held: boolean;
  readonly engine: string;
  readonly server: string;
  readonly ms: number;
  readonly acts: readonly ParameterAct[];
  readonly claims: readonly Claim[];
}

/** Secrets that are SecureString parameters, rotated by their schedules, with everything that goes wrong there. */
export async function runParameterDemo(options: Omit<StageOptions, 'clients'>): Promise<ParameterFigures> {
  const { progress, signal } = options;
  const { held, engine, server, ms, played, silent } = await playActs(
    options,
    ['single-user', 'alternating-users'],
    (stage, act, passwords) => {
      progress(`rotating a parameter with ${act.strategy}`);
      return playAct(stage, act, passwords, signal);
    },
  );
  return { version: 1, held, engine, server, ms, acts: played, claims: [silent] };
}
