import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { kept } from '../../aws/kept.ts';
import type { Account, RotationFunctions, SecretsManagerFaults } from '../../aws/service.ts';
import { NOT_PROMOTED, rotated, whyAbandoned } from './rotation-outcome.ts';
import type { RotationEvent, RotationFailure, RotationRecord, RotationStep } from './rotation-record.ts';
import { CURRENT, holderOf, withoutVersion } from './secret.ts';
import { callStep, type StepCall } from './step-call.ts';
import type { SecretStore } from './store.ts';

interface RotationsOptions {
  readonly account: Account;
  readonly functions: RotationFunctions;
  readonly faults: SecretsManagerFaults;
  readonly secrets: SecretStore;
  readonly automaticRetries: number;
  readonly retryDelayMs: number;
}

/** One try of one rotation. */
interface Run extends StepCall {
  readonly attempt: number;
  /** Aborted when the account is emptied: from then on the run leaves no trace. */
  readonly signal: AbortSignal;
}

type Outcome = 'ended' | 'failed';

const STEPS: readonly RotationStep[] = ['createSecret', 'setSecret', 'testSecret', 'finishSecret'];

export type Rotations = ReturnType<typeof rotations>;

/** Drives rotation functions through their steps, as the service does in the background. */
export function rotations(options: RotationsOptions) {
  const { account, functions, faults, secrets } = options;
  const driven = new Map<Promise<void>, { arn: string; token: string }>();
  /** The token of the rotation that began and did not end, by ARN. */
  const unfinished = new Map<string, string>();
  const attempts = new Map<string, number>();
  const history = kept<RotationRecord>(10_000);
  let stop = new AbortController();

  function drive(arn: string, token: string, job: (signal: AbortSignal) => Promise<unknown>): Promise<void> {
    const { signal } = stop;
    const work = Promise.resolve()
      .then(() => job(signal))
      .then(
        () => undefined,
        (error: unknown) => {
          if (!signal.aborted) throw error;
        },
      )
      .finally(() => driven.delete(work));
    driven.set(work, { arn, token });
    return work;
  }

  async function rotateUntilDone(arn: string, token: string, signal: AbortSignal): Promise<void> {
    let outcome = await rotateOnce(arn, token, signal);
    for (let retry = 0; outcome === 'failed' && retry < options.automaticRetries; retry += 1) {
      await delay(options.retryDelayMs, undefined, { signal });
      outcome = await rotateOnce(arn, token, signal);
    }
  }

  /** The whole rotation, from createSecret on. */
  async function rotateOnce(arn: string, token: string, signal: AbortSignal): Promise<Outcome> {
    const run = newRun(arn, token, signal);

    for (const step of STEPS) {
      const reason = whyAbandoned(secrets.find(arn), token);
      if (reason) return abandon(run, reason);
      if (step === 'createSecret') record(run, 'RotationStarted');
      const error = await deliver(run, step);
      if (signal.aborted) return 'ended';
      if (error) return fail(run, step, error);
    }

    const secret = secrets.find(arn);
    const reason = whyAbandoned(secret, token);
    if (!secret || reason) return abandon(run, reason ?? '');
    if (holderOf(secret, CURRENT)?.id !== token) return fail(run, 'finishSecret', NOT_PROMOTED);
    secrets.save(rotated(secret, token, account.now()));
    unfinished.delete(arn);
    attempts.delete(token);
    record(run, 'RotationSucceeded');
    return 'ended';
  }

  async function testOnce(arn: string, token: string, signal: AbortSignal): Promise<void> {
    const run = newRun(arn, token, signal);
    record(run, 'TestRotationStarted');
    const error = await deliver(run, 'testSecret');
    if (signal.aborted) return;
    const secret = secrets.find(arn);
    if (secret && holderOf(secret, CURRENT)?.id !== token) secrets.save(withoutVersion(secret, token));
    if (error) record(run, 'TestRotationFailed', { step: 'testSecret', error });
    else record(run, 'TestRotationSucceeded');
    attempts.delete(token);
  }

  /** One call of the function, or two at the same moment; two succeed only together. */
  async function deliver(run: Run, step: RotationStep): Promise<RotationFailure | undefined> {
    const call = async () => {
      const startedAt = account.now();
      const start = performance.now();
      const error = await callStep(functions, secrets.find(run.arn)?.rotation?.functionArn ?? '', run, step);
      record(run, 'StepCalled', { step, startedAt, durationMs: performance.now() - start, ...(error && { error }) });
      return error;
    };
    const calls = faults.deliverTwice(step) ? [call(), call()] : [call()];
    return (await Promise.all(calls)).find((error) => error);
  }

  function newRun(arn: string, token: string, signal: AbortSignal): Run {
    const attempt = (attempts.get(token) ?? 0) + 1;
    attempts.set(token, attempt);
    return { arn, token, attempt, rotationToken: randomUUID(), signal };
  }

  function record(run: Run, event: RotationEvent, more: Partial<RotationRecord> = {}): void {
    if (run.signal.aborted) return;
    const { arn: secretId, token, attempt } = run;
    history.add({ event, secretId, token, attempt, startedAt: account.now(), ...more });
  }

  function fail(run: Run, step: RotationStep, error: RotationFailure): Outcome {
    record(run, 'RotationFailed', { step, error });
    return 'failed';
  }

  function abandon(run: Run, errorMessage: string): Outcome {
    attempts.delete(run.token);
    if (unfinished.get(run.arn) === run.token) unfinished.delete(run.arn);
    record(run, 'RotationAbandoned', { error: { errorType: 'RotationAbandoned', errorMessage } });
    return 'ended';
  }

  /** Is this rotation, or any of the secret, being driven at the moment? */
  function isDriven(arn: string, token?: string): boolean {
    return [...driven.values()].some((one) => one.arn === arn && (token === undefined || one.token === token));
  }

  return {
    history: history.list,

    /** Drives all four steps, of a new rotation or an unfinished one; the secret already has the pending version. */
    start(arn: string, token: string): Promise<void> {
      const other = unfinished.get(arn);
      if (other && other !== token && !isDriven(arn, other))
        abandon(newRun(arn, other, stop.signal), 'a new rotation has begun');
      unfinished.set(arn, token);
      // The function is called once the pending version can be seen: no lag after the service's own write.
      secrets.settle(arn);
      return drive(arn, token, (signal) => rotateUntilDone(arn, token, signal));
    },

    /** Drives testSecret alone, then removes the pending version. */
    startTest(arn: string, token: string): void {
      secrets.settle(arn);
      void drive(arn, token, (signal) => testOnce(arn, token, signal));
    },

    isDriven,

    /** Repeats an unfinished rotation once; does nothing where there is none. */
    async retry(arn: string): Promise<void> {
      await Promise.all([...driven].filter(([, one]) => one.arn === arn).map(([work]) => work));
      const token = unfinished.get(arn);
      if (token) await drive(arn, token, (signal) => rotateOnce(arn, token, signal));
    },

    async idle(): Promise<void> {
      while (driven.size > 0) await Promise.all(driven.keys());
    },

    clear(): void {
      stop.abort();
      stop = new AbortController();
      driven.clear();
      unfinished.clear();
      attempts.clear();
      history.clear();
    },
  };
}
