import { playActs } from '../acts.ts';
import type { Figures } from '../claims.ts';
import type { StageOptions } from '../database-stage.ts';
import { type ParameterAct, playAct } from './act.ts';

export interface ParameterFigures extends Figures {
  readonly engine: string;
  readonly server: string;
  readonly acts: readonly ParameterAct[];
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
