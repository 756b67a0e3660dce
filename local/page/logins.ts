/** An application for each secret, which reads AWSCURRENT and logs in, again and again, while somebody looks at the page. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Login } from '../../page/source.ts';
import type { Secret, Version } from '../services/secrets-manager/secret.ts';

type Outcome = Login['outcome'];

/** Undefined when the value is for no system that the page can reach. */
export type Opener = (value: string) => Promise<Outcome> | undefined;

export type Logins = ReturnType<typeof startLogins>;

const KEPT = 120;
const ROUND_MS = 100;
/** Other versions than AWSCURRENT are tried in one round of so many. */
const RARELY = 8;

export function startLogins(secrets: () => readonly Secret[], open: Opener, isWatched: () => boolean) {
  const attempts = new Map<string, Login[]>();
  const opening = new Map<string, boolean>();
  const stop = new AbortController();

  async function tried(secret: Secret, { id, value }: Version): Promise<Outcome | undefined> {
    const outcome = value && 'string' in value ? await open(value.string) : undefined;
    if (outcome === 'opened' || outcome === 'refused') opening.set(`${secret.arn} ${id}`, outcome === 'opened');
    return outcome;
  }

  async function round(number: number): Promise<void> {
    for (const secret of secrets()) {
      for (const version of secret.versions) {
        const isCurrent = version.labels.includes('AWSCURRENT');
        if (!isCurrent && (version.labels.length === 0 || number % RARELY !== 0)) continue;
        const at = Date.now();
        const outcome = await tried(secret, version);
        if (!isCurrent || outcome === undefined) continue;
        attempts.set(
          secret.arn,
          [...(attempts.get(secret.arn) ?? []), { at, outcome, version: version.id }].slice(-KEPT),
        );
      }
    }
  }

  async function run(): Promise<void> {
    for (let number = 0; !stop.signal.aborted; number += 1) {
      if (isWatched()) await round(number);
      await delay(ROUND_MS, undefined, { signal: stop.signal }).catch(() => undefined);
    }
  }
  const ended = run();

  return {
    of: (arn: string): readonly Login[] => attempts.get(arn) ?? [],
    /** Undefined when it was not seen. */
    opens: (arn: string, version: string): boolean | undefined => opening.get(`${arn} ${version}`),
    forget: (): void => {
      attempts.clear();
      opening.clear();
    },
    stop: async (): Promise<void> => {
      stop.abort();
      await ended;
    },
  };
}
