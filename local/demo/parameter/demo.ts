import { type Claim, isSilent } from '../demo.ts';
import { openStage, type StageOptions } from '../stage.ts';
import type { StrategyName } from '../strategies.ts';
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

const acts: readonly (readonly [StrategyName, username: string])[] = [
  ['single-user', 'orders'],
  ['alternating-users', 'billing'],
];

/** Secrets that are SecureString parameters, rotated by their schedules, with everything that goes wrong there. */
export async function runParameterDemo(options: Omit<StageOptions, 'clients'>): Promise<ParameterFigures> {
  const start = performance.now();
  const { progress, signal } = options;
  const stage = await openStage({ ...options, clients: acts.length });
  try {
    const passwords: string[] = [stage.database.superuser.password];
    const played: ParameterAct[] = [];
    for (const [index, [strategy, username]] of acts.entries()) {
      progress(`rotating a parameter with ${strategy}`);
      played.push(await playAct(stage, { strategy, username, index }, passwords, signal));
    }
    const held = isSilent(stage, stage.database.log(), passwords);
    const claims: Claim[] = [{ about: 'passwords', text: 'no password in a log or a message', held }];
    return {
      version: 1,
      held: [...claims, ...played.flatMap((act) => act.claims)].every((claim) => claim.held),
      engine: stage.engineName,
      server: stage.database.title,
      ms: performance.now() - start,
      acts: played,
      claims,
    };
  } finally {
    progress('stopping');
    await stage.close();
  }
}
