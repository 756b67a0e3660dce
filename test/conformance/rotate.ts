/** Plays Secrets Manager: calls the steps of one rotation, in one world, through one crash plan. */

import type { Redactor } from '../../shared/rotation/redact.ts';
import type { Answer, Rotation, RotationOutcome } from '../../shared/rotation/rotation.ts';
import { runStep } from '../../shared/rotation/steps.ts';
import type { RotationContext } from '../../shared/rotation/strategy.ts';
import { ROLLBACK, rotationSteps } from '../../shared/rotation/strategy.ts';
import { byLabel } from '../support/store.ts';
import type { CrashPlan } from './crash.ts';
import { crashPlan } from './crash.ts';
import type { StrategyWorld } from './world.ts';

export interface Rotated {
  readonly reports: readonly string[];
  /** The same, with their details. */
  readonly news: readonly RotationOutcome[];
  readonly working: string;
  readonly lines: readonly { message: string; fields?: unknown }[];
  /** Of what a person asked. */
  readonly answer: Answer | undefined;
}

export interface StepOptions {
  readonly plan?: CrashPlan;
  readonly cutover?: 'finish';
  readonly revoking?: string;
  readonly asked?: RotationContext['asked'];
  readonly signal?: AbortSignal;
  readonly redact?: Redactor;
  /** Looked at by the caller afterwards, also when the step fails. */
  readonly progress?: Rotation<object>['progress'];
}

/** One step. Rejects as the function would; rejects with 'died' when the plan killed it. */
export async function step<S extends object>(
  world: StrategyWorld<S>,
  token: string,
  name: string,
  options: StepOptions = {},
): Promise<Rotated> {
  const plan = options.plan ?? crashPlan();
  const news: RotationOutcome[] = [];
  const ctx = world.context({
    secretId: world.store.secretId,
    token,
    ...(options.signal === undefined ? {} : { signal: options.signal }),
    ...(options.asked && { asked: options.asked }),
    ...(options.redact === undefined ? {} : { redact: options.redact }),
  });
  const progress = options.progress ?? { working: 'AWSCURRENT' };
  const running = runStep(name, {
    strategy: world.strategy(plan),
    versions: world.versions?.(plan) ?? plan.versions(world.store.versions),
    ctx,
    cutover: options.cutover,
    revoking: options.revoking,
    progress,
    report: async (outcome) => void news.push(outcome),
  });
  const ended = await Promise.race([running.then((answer) => ({ answer })), plan.died]);
  if (ended === 'died') {
    await plan.bury();
    throw new Died();
  }
  return { reports: news.map(({ outcome }) => outcome), news, working: progress.working, lines: ctx.lines, ...ended };
}

export class Died extends Error {
  override readonly name = 'Died';
}

/** All four, in order. Gives what they reported. */
export async function rotation<S extends object>(
  world: StrategyWorld<S>,
  token: string,
  options: StepOptions = {},
): Promise<string[]> {
  const reports: string[] = [];
  for (const name of rotationSteps) reports.push(...(await step(world, token, name, options)).reports);
  return reports;
}

export async function wholeRotation<S extends object>(
  world: StrategyWorld<S>,
  options: StepOptions = {},
): Promise<{ token: string; reports: string[] }> {
  const token = await world.store.begin();
  return { token, reports: await rotation(world, token, options) };
}

/** What a person asks for who wants the version back that has AWSPREVIOUS. */
export async function rollback<S extends object>(
  world: StrategyWorld<S>,
  options: StepOptions & { readonly version?: string } = {},
): Promise<Rotated> {
  const version = options.version ?? (await byLabel(world.store)).AWSPREVIOUS ?? '';
  return step(world, version, ROLLBACK, { ...options, asked: ROLLBACK });
}

/** testSecret alone, of a version that holds what AWSCURRENT does. */
export async function configurationCheck<S extends object>(
  world: StrategyWorld<S>,
  options: StepOptions = {},
): Promise<Rotated> {
  const { store } = world;
  const { AWSCURRENT = '' } = await byLabel(store);
  const token = await store.begin();
  await store.versions.put(store.secretId, token, (await store.valueOf(AWSCURRENT)) ?? '');
  return step(world, token, 'testSecret', options);
}

/** Every value that the store still knows opens the system? The labels whose values do. */
export async function openLabels<S extends object>(world: StrategyWorld<S>): Promise<string[]> {
  const open: string[] = [];
  for (const [version, labels] of Object.entries(await world.store.labels())) {
    const text = await world.store.valueOf(version);
    if (text !== undefined && (await world.opens(world.strategy(crashPlan()).schema.parse(text, version))))
      open.push(...labels);
  }
  return open;
}
