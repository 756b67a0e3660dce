import { type Claim, haveHeld, isSilent } from './claims.ts';
import { type DatabaseStage, openDatabaseStage, type StageOptions } from './database-stage.ts';
import type { LoginOutcome } from './engine.ts';
import type { Outage } from './outage.ts';
import { type StrategyName, strategies } from './strategies.ts';

/** A strategy, and the user whose secret is rotated with it. */
export interface Act {
  readonly strategy: StrategyName;
  readonly username: string;
}

/** Those that are shown, where there is a function for them. */
const users: readonly Act[] = [
  { strategy: 'single-user', username: 'orders' },
  { strategy: 'alternating-users', username: 'billing' },
  { strategy: 'dual-password', username: 'invoices' },
];

/** Good logins of an application before a rotation begins, and with the new value after it: enough to tell an outage from a slow start. */
export const goodLogins = 5;

/** Plays one after the other on one stage. `play` adds the passwords of the act to those that nobody may read anywhere. */
export async function playActs<P extends { readonly claims: readonly Claim[] }>(
  options: StageOptions,
  shown: readonly StrategyName[],
  play: (stage: DatabaseStage, act: Act, passwords: string[]) => Promise<P>,
) {
  const start = performance.now();
  const acts = users.filter(({ strategy }) => shown.includes(strategy));
  const stage = await openDatabaseStage(options, acts.length);
  try {
    const passwords: string[] = [stage.database.superuser.password];
    const played: P[] = [];
    for (const act of acts) played.push(await play(stage, act, passwords));
    const log = stage.database.log();
    const text = `no password in a log${log === '' ? ' of a function' : ''} or a message`;
    const silent: Claim = { about: 'passwords', text, held: isSilent(stage.sandbox, passwords, log) };
    const figures = {
      version: 1,
      held: haveHeld([silent, ...played.flatMap(({ claims }) => claims)]),
      engine: stage.engineName,
      server: stage.database.title,
      ms: performance.now() - start,
      claims: [silent],
    } as const;
    return { figures, played };
  } finally {
    options.progress('stopping');
    await stage.close();
  }
}

export const claimsOf =
  ({ username }: Act) =>
  (about: Claim['about'], text: string, held: boolean): Claim => ({ about, text: `${username}: ${text}`, held });

/** What is claimed of an application, and of the value that it had before and the one that it has now. */
export function applicationClaims(
  act: Act,
  client: Outage,
  passwords: { readonly old: LoginOutcome; readonly new: LoginOutcome },
): Claim[] {
  const claim = claimsOf(act);
  const { hasOutage } = strategies[act.strategy];
  const expected: LoginOutcome = hasOutage ? 'refused' : 'opened';
  return [
    claim('client', 'nothing but a refused password disturbs the application', client.failed === 0),
    hasOutage
      ? claim('client', 'the outage ends', Number.isFinite(client.ms))
      : claim('client', 'no login of the application is refused', client.refused === 0),
    claim('passwords', `the old password is ${expected}`, passwords.old === expected),
    claim('passwords', 'the new password opens', passwords.new === 'opened'),
  ];
}
