import { type Claim, haveHeld, isSilent } from './claims.ts';
import { type DatabaseStage, openDatabaseStage, type StageOptions } from './database-stage.ts';
import type { StrategyName } from './strategies.ts';

/** A strategy, and the user whose secret is rotated with it. */
export interface Act {
  readonly strategy: StrategyName;
  readonly username: string;
  readonly index: number;
}

/** Those that are shown, where there is a function for them. */
const users: readonly (readonly [StrategyName, username: string])[] = [
  ['single-user', 'orders'],
  ['alternating-users', 'billing'],
  ['dual-password', 'invoices'],
];

/** Good logins of an application before a rotation begins, and with the new value after it: enough to tell an outage from a slow start. */
export const goodLogins = 5;

/** Plays one after the other on one stage. `play` adds the passwords of the act to those that nobody may read anywhere. */
export async function playActs<P extends { readonly claims: readonly Claim[] }>(
  options: Omit<StageOptions, 'clients'>,
  shown: readonly StrategyName[],
  play: (stage: DatabaseStage, act: Act, passwords: string[]) => Promise<P>,
) {
  const start = performance.now();
  const acts = users
    .filter(([strategy]) => shown.includes(strategy))
    .map(([strategy, username], index) => ({ strategy, username, index }));
  const stage = await openDatabaseStage({ ...options, clients: acts.length });
  try {
    const passwords: string[] = [stage.database.superuser.password];
    const played: P[] = [];
    for (const act of acts) played.push(await play(stage, act, passwords));
    const log = stage.database.log();
    const silent: Claim = {
      about: 'passwords',
      text: 'no password in a log or a message',
      held: isSilent(stage.sandbox, passwords, log),
    };
    return {
      held: haveHeld([silent, ...played.flatMap(({ claims }) => claims)]),
      engine: stage.engineName,
      server: stage.database.title,
      hasLog: log !== '',
      ms: performance.now() - start,
      played,
      silent,
    };
  } finally {
    options.progress('stopping');
    await stage.close();
  }
}
