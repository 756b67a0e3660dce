import type { DatabaseStage, Mode, Planted } from '../local/demo/database-stage.ts';
import { refusedSince } from '../local/demo/engine.ts';
import { outageOf } from '../local/demo/outage.ts';
import { type Rotated, rotate } from '../local/demo/rotate.ts';
import type { StrategyName } from '../local/demo/strategies.ts';
import { type Spread, spread } from './statistics.ts';

export interface RotationFigures {
  readonly engine: string;
  readonly strategy: StrategyName;
  readonly mode: Mode;
  /** The most that any rotation needed. */
  readonly calls: number;
  /** Absent where the server does not tell. */
  readonly logins?: number;
  readonly refusedLogins: number;
  /** Milliseconds of all four steps, while nothing else runs. */
  readonly rotationMs: Spread;
  /** The very first one, not among the others unless it is the only one: it starts the process when warm, and makes the other user when alternating. */
  readonly firstMs: number;
  readonly stepMs: Readonly<Record<string, number>>;
  /** With a client that fetches AWSCURRENT before each login: from its first refused login to its next good one. */
  readonly outageMs: Spread;
  readonly clientRefused: Spread;
  readonly clientLogins: number;
  /** Logins of the client that failed for another reason than a refused password. */
  readonly clientFailed: number;
}

export interface Rounds {
  /** After the first one. */
  readonly alone: number;
  readonly watched: number;
}

/** Good logins between two rotations: the client has to be at work when one begins. */
const goodLogins = 3;

export async function measureRotations(
  stage: DatabaseStage,
  { engine, strategy, mode, index }: { engine: string; strategy: StrategyName; mode: Mode; index: number },
  rounds: Rounds,
  signal: AbortSignal,
): Promise<RotationFigures> {
  const planted = await stage.plant(strategy, mode, `bench${index}`);
  const first = await rotated(stage, planted);
  const more: Measured[] = [];
  for (let round = 0; round < rounds.alone; round += 1) {
    more.push(await rotated(stage, planted));
    signal.throwIfAborted();
  }
  const alone = more.length > 0 ? more : [first];
  const watched = await watch(stage, planted, rounds.watched, signal);

  const all = [first, ...more, ...watched];
  const most = (of: (one: Measured) => number) => Math.max(...all.map(of));
  const outages = watched.map(({ client }) => client);
  const logins = all.flatMap((one) => one.logins ?? []);
  return {
    engine,
    strategy,
    mode,
    calls: most(({ callCount }) => callCount),
    ...(logins.length > 0 && { logins: Math.max(...logins) }),
    refusedLogins: most(({ refusedLogins }) => refusedLogins),
    rotationMs: spread(alone.map(({ ms }) => ms)),
    firstMs: first.ms,
    stepMs: Object.fromEntries(
      first.steps.map(({ step }, position) => [
        step,
        spread(alone.map(({ steps }) => steps[position]?.ms ?? 0)).median,
      ]),
    ),
    outageMs: spread(outages.map(({ ms }) => ms)),
    clientRefused: spread(outages.map(({ refused }) => refused)),
    clientLogins: outages.reduce((sum, { logins }) => sum + logins, 0),
    clientFailed: outages.reduce((sum, { failed }) => sum + failed, 0),
  };
}

type Measured = Rotated & { readonly refusedLogins: number };

async function rotated(stage: DatabaseStage, planted: Planted): Promise<Measured> {
  const one = await rotate(stage, planted);
  if (one.failure !== undefined) throw new Error(`a rotation of ${planted.functionName} failed: ${one.failure}`);
  return { ...one, refusedLogins: refusedMeanwhile(stage, one) };
}

function refusedMeanwhile({ database }: DatabaseStage, one: Rotated): number {
  const refused = refusedSince(database, one.refusedBefore);
  if (refused === undefined)
    throw new Error('this server does not count refused logins: run the bench without MONGODB_URI');
  return refused;
}

async function watch(stage: DatabaseStage, planted: Planted, rounds: number, signal: AbortSignal) {
  const client = stage.startClient({ secretId: planted.secret });
  await client.loggedIn(goodLogins);
  const results = [];
  for (let round = 0; round < rounds; round += 1) {
    const from = client.attempts.length;
    const one = await rotated(stage, planted);
    await client.loggedIn(goodLogins, one.token);
    const seen = outageOf(client.attempts.slice(from));
    results.push({ ...one, refusedLogins: refusedMeanwhile(stage, one) - seen.refused, client: seen });
    signal.throwIfAborted();
  }
  await client.stop();
  return results;
}
