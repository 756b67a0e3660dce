/** An application for each secret and parameter, which reads it and logs in, again and again, while somebody looks at the page. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Login } from '../../page/source.ts';
import type { Stored, StoredVersion } from './stored.ts';

type Outcome = Login['outcome'];

/** Undefined when the value is for no system that the page can reach. */
export type Opener = (value: string) => Promise<Outcome> | undefined;

export type Logins = ReturnType<typeof startLogins>;

const KEPT = 120;
const ROUND_MS = 100;
/** Other versions than AWSCURRENT are tried in one round of so many. */
const RARELY = 8;
/** Besides the chosen one so many log in at a round: of thousands each has its turn. */
const AT_A_TIME = 20;

/** `watched` gives the one that somebody looks at above all, or undefined when nobody looks. */
export function startLogins(
  stored: () => readonly Stored[],
  open: Opener,
  watched: () => { readonly chosen: string | undefined } | undefined,
) {
  const attempts = new Map<string, Login[]>();
  const opening = new Map<string, boolean>();
  const stop = new AbortController();

  async function tried(arn: string, { id, value }: StoredVersion): Promise<Outcome | undefined> {
    const outcome = value === undefined ? undefined : await open(value);
    if (outcome === 'opened' || outcome === 'refused') opening.set(`${arn} ${id}`, outcome === 'opened');
    return outcome;
  }

  async function round(number: number, chosen: string | undefined): Promise<void> {
    const all = stored();
    const turns = Math.ceil(all.length / AT_A_TIME);
    for (const { arn, versions } of all.filter(
      (one, index) => one.arn === chosen || index % turns === number % turns,
    )) {
      for (const version of versions) {
        if (!version.isCurrent && number % RARELY !== 0) continue;
        const at = Date.now();
        const outcome = await tried(arn, version);
        if (!version.isCurrent || outcome === undefined) continue;
        attempts.set(arn, [...(attempts.get(arn) ?? []), { at, outcome, version: version.id }].slice(-KEPT));
      }
    }
  }

  async function run(): Promise<void> {
    for (let number = 0; !stop.signal.aborted; number += 1) {
      const looking = watched();
      if (looking) await round(number, looking.chosen);
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
