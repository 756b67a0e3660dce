import type { DatabaseStage, Mode, Planted } from '../demo/database-stage.ts';
import { refusedSince } from '../demo/engine.ts';
import { outageOf } from '../demo/outage.ts';
import { type Rotated, rotate } from '../demo/rotate.ts';
import type { StrategyName } from '../demo/strategies.ts';
import { delayCalls, type Floor } from './floor.ts';
import { roundTrips } from './round-trips.ts';
import { type Spread, spread } from './statistics.ts';

/** What is rotated, and how. */
export interface Course {
  readonly engine: string;
  readonly strategy: StrategyName;
  readonly mode: Mode;
  /** Milliseconds that every call of a service takes longer. */
  readonly delayMs: number;
}

export interface RotationFigures extends Course {
  /** Calls to Secrets Manager. Each count is the most that any rotation needed. */
  readonly calls: number;
  /** Answers of Secrets Manager that were waited for, one after the other. */
  readonly roundTrips: number;
  /** As the statements: absent where the server does not tell. */
  readonly logins?: number;
  readonly refusedLogins: number;
  /** Without the first rotation, which may make a user. */
  readonly statements?: number;
  /** Milliseconds of all four steps, while nothing else runs. Of none where only counts are wanted. */
  readonly rotationMs: Spread;
  /** The very first one, not among the others: it starts the process when warm, and makes the other user when alternating. */
  readonly firstMs: number;
  readonly stepMs: Readonly<Record<string, number>>;
  /** With a client that fetches AWSCURRENT before each login: from its first refused login to its next good one. Of none where none was watched. */
  readonly outageMs: Spread;
  readonly clientRefused: Spread;
  readonly clientLogins: number;
  /** Logins of the client that failed for another reason than a refused password. */
  readonly clientFailed: number;
  readonly floor: Floor;
}

export interface Rounds {
  /** After the first one and the counted ones. */
  readonly alone: number;
  readonly watched: number;
}

/** Good logins between two rotations: the client has to be at work when one begins. */
const goodLogins = 3;
/** So slow that calls which are under way together are seen to be, on a busy machine, too. */
const countingDelayMs = 100;

/** Figures of each of these secrets. They are rotated turn by turn, so that a slow moment of the machine hits them alike. */
export async function measureRotations(
  stage: DatabaseStage,
  secrets: readonly Planted[],
  course: Course & { readonly floor: Floor },
  rounds: Rounds,
  signal: AbortSignal,
): Promise<RotationFigures[]> {
  const turn = async () => {
    const measured: Measured[] = [];
    for (const planted of secrets) measured.push(await rotated(stage, planted));
    signal.throwIfAborted();
    return measured;
  };
  const first = await turn();
  delayCalls(stage, Math.max(course.delayMs, countingDelayMs));
  // Two, because users that take turns are not alike.
  const counted = [await turn(), await turn()];
  delayCalls(stage, course.delayMs);
  const alone: Measured[][] = [];
  for (let round = 0; round < rounds.alone; round += 1) alone.push(await turn());

  const figures: RotationFigures[] = [];
  for (const [index, planted] of secrets.entries()) {
    const of = (turns: readonly Measured[][]) => turns.flatMap((all) => all[index] ?? []);
    const watched = rounds.watched > 0 ? await watch(stage, planted, rounds.watched, signal) : [];
    figures.push(figuresOf(course, { first: of([first]), counted: of(counted), alone: of(alone), watched }));
  }
  return figures;
}

type Measured = Rotated & { readonly refusedLogins: number; readonly roundTrips: number };
type Watched = Awaited<ReturnType<typeof watch>>;

function figuresOf(
  course: Course & { readonly floor: Floor },
  {
    first,
    counted,
    alone,
    watched,
  }: Readonly<Record<'first' | 'counted' | 'alone', readonly Measured[]>> & { readonly watched: Watched },
): RotationFigures {
  const later = [...counted, ...alone, ...watched];
  const all = [...first, ...later];
  const outages = watched.map(({ client }) => client);
  const most = (values: readonly (number | undefined)[]) => Math.max(...values.map((value) => value ?? 0));
  const told = (name: 'logins' | 'statements') => all.some((one) => one[name] !== undefined);
  return {
    ...course,
    calls: most(all.map(({ callCount }) => callCount)),
    roundTrips: most(counted.map((one) => one.roundTrips)),
    ...(told('logins') && { logins: most(all.map(({ logins }) => logins)) }),
    refusedLogins: most(all.map(({ refusedLogins }) => refusedLogins)),
    ...(told('statements') && { statements: most(later.map(({ statements }) => statements)) }),
    rotationMs: spread(alone.map(({ ms }) => ms)),
    firstMs: most(first.map(({ ms }) => ms)),
    stepMs: Object.fromEntries(
      (alone[0]?.steps ?? []).map(({ step }, position) => [
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

async function rotated(stage: DatabaseStage, planted: Planted): Promise<Measured> {
  const since = Date.now();
  const one = await rotate(stage, planted);
  if (one.failure !== undefined) throw new Error(`a rotation of ${planted.functionName} failed: ${one.failure}`);
  const made = stage.sandbox.requests.filter(
    ({ service, caller, startedAt }) =>
      service === 'secretsmanager' && caller === planted.functionName && startedAt >= since,
  );
  return { ...one, refusedLogins: refusedMeanwhile(stage, one), roundTrips: roundTrips(made) };
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
