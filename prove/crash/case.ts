/** One case of the matrix: a rotation whose process is killed at one call, the way in which it goes on, and what is looked at. */
import { byLabel } from '../../test/support/store.ts';
import type { Broken } from '../explore.ts';
import type { Place } from './places.ts';
import type { Sent } from './stores.ts';
import { Refuted, watch } from './watch.ts';

export const moments = ['before', 'sent', 'answered'] as const;

export interface Kill {
  /** Of the doomed process, counted from one. */
  readonly call: number;
  readonly moment: (typeof moments)[number];
}

export interface Played {
  /** False: there is no such call. */
  readonly died: boolean;
  readonly broken?: Broken;
  readonly words: readonly string[];
  /** How often somebody has looked whether a stored version opens. */
  readonly looks: number;
}

/** How a rotation that died goes on. */
export interface Way {
  readonly name: string;
  /** Labels are moved by hand: AWSCURRENT is then what somebody has made of it. */
  readonly isByHand?: true;
  /** Nobody looks whether what AWSCURRENT is moved to opens the system. */
  readonly isBlind?: true;
  isFor?(place: Place): boolean;
  go(on: GoingOn): Promise<void>;
}

interface GoingOn {
  readonly place: Place;
  readonly token: string;
  readonly rest: readonly Sent[];
  /** Sends these, once more where they fail. */
  repeat(events: readonly Sent[]): Promise<void>;
  /** Another rotation, after the other one has been repeated where the store asks for that. */
  another(): Promise<void>;
  say(what: string): void;
  look(where: string): Promise<void>;
}

export const ways: readonly Way[] = [
  {
    name: 'the same token from createSecret',
    go: ({ place, token, repeat }) => repeat(place.kept.events(token)),
  },
  {
    name: 'the same token from the step that died',
    isFor: ({ kept }) => kept.events('').length > 1,
    go: ({ rest, repeat }) => repeat(rest),
  },
  { name: 'another rotation is asked for', go: ({ another }) => another() },
  {
    name: 'AWSPENDING is taken off, then another rotation',
    async go({ place, another }) {
      await place.kept.store.abandon();
      await another();
    },
  },
  {
    name: 'AWSCURRENT is moved back by hand, the same token comes again, then another rotation',
    isByHand: true,
    isBlind: true,
    async go({ place, token, say, look, another }) {
      await place.kept.moveBack();
      say('AWSCURRENT is moved to AWSPREVIOUS');
      await look('after the move');
      for (const { event } of place.kept.events(token)) if (!(await place.survivor(event)).ok) break;
      await look('after the repeat');
      await place.kept.store.abandon();
      await another();
    },
  },
  {
    name: 'somebody rolls back to AWSPREVIOUS, in the system, too',
    isByHand: true,
    isFor: ({ restore }) => restore !== undefined,
    async go({ place: { kept, restore }, say, another }) {
      const { AWSPREVIOUS } = await byLabel(kept.store);
      if (AWSPREVIOUS !== undefined) await restore?.(JSON.parse(String(await kept.store.valueOf(AWSPREVIOUS))));
      await kept.moveBack();
      await kept.store.abandon();
      say('the password of AWSPREVIOUS is set, AWSCURRENT moved there, and AWSPENDING taken off');
      await another();
    },
  },
];

/** `kill` undefined: nobody dies. */
export async function play(place: Place, kill: Kill | undefined, way: Way): Promise<Played> {
  const { token, words, looks, look, converge, another, moved, end } = await watch(place);
  /** What was not done when the process died; nothing: it lives. */
  async function death(): Promise<readonly Sent[]> {
    const events = place.kept.events(token);
    place.doom(kill && `${kill.call}:${kill.moment}`);
    for (const [at, sent] of events.entries()) {
      const outcome = await place.doomed(sent.event);
      if (outcome.ok) continue;
      const { errorType, errorMessage } = outcome.error;
      if (errorType !== 'Runtime.ExitError' || kill === undefined)
        throw new Refuted('converges', `${sent.step} fails before anybody is killed: ${errorMessage}`);
      words.push(`${sent.step}: killed ${kill.moment} call ${kill.call}`);
      return events.slice(at);
    }
    return [];
  }

  async function afterwards(rest: readonly Sent[]): Promise<void> {
    await look('after the death');
    words.push(`then ${way.name}`);
    if (way.isByHand) moved();
    const repeat = (events: readonly Sent[]) => converge(events, 'the repeat');
    await way.go({ place, token, rest, repeat, another, look, say: (what) => void words.push(what) });
    await end();
  }

  let died = false;
  try {
    const rest = await death();
    died = rest.length > 0;
    if (died) await afterwards(rest);
    return { died, words, looks: looks() };
  } catch (error) {
    if (!(error instanceof Refuted)) throw error;
    return { died, words, looks: looks(), broken: error.broken };
  }
}
