/** One case of the matrix: a rotation whose process is killed at one call, the way in which it goes on, and what is looked at. */
import { setTimeout as sleep } from 'node:timers/promises';
import { byLabel } from '../../test/support/store.ts';
import type { Broken } from '../explore.ts';
import type { Place } from './places.ts';
import type { Sent } from './stores.ts';

export const moments = ['before', 'sent', 'answered'] as const;

export const properties = {
  opens: 'some stored version opens the system at every moment',
  current: 'AWSCURRENT opens at every moment, where the strategy promises no outage',
  converges: 'it goes on within two tries, and another rotation succeeds',
  password: 'a version never gets a second value',
  working: 'what a failed step says of the credential that works is true',
  leftovers: 'no user, key, label, lock or session is left over; rights are those of before, and of a pair equal',
} as const;

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

const TRIES = 2;

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

/** Thrown where a property is broken: the case is over then. */
class Refuted extends Error {
  readonly broken: Broken;
  constructor(property: keyof typeof properties, seen: string) {
    super(seen);
    this.broken = { property, seen };
  }
}

/** `kill` undefined: nobody dies. */
export async function play(place: Place, kill: Kill | undefined, way: Way): Promise<Played> {
  const { kept } = place;
  const words: string[] = [];
  const passwords = new Map<string, string>();
  const told = place.told().length;
  let looks = 0;
  let messages = told;
  let isMoved = false;

  const textOf = async (version: string | undefined) => {
    const text = version === undefined ? undefined : await kept.store.valueOf(version);
    if (version !== undefined && text !== undefined) {
      if ((passwords.get(version) ?? text) !== text)
        throw new Refuted('password', `version ${version} has another value`);
      passwords.set(version, text);
    }
    return text;
  };
  const opens = async (text: string | undefined) => text !== undefined && (await place.opens(JSON.parse(text)));

  async function look(where: string): Promise<void> {
    looks += 1;
    for (const version of [...passwords.keys()]) await textOf(version);
    const { AWSCURRENT, AWSPENDING, AWSPREVIOUS } = await byLabel(kept.store);
    if (await opens(await textOf(AWSCURRENT))) return;
    if (!place.hasOutage && !isMoved) throw new Refuted('current', `${where}: AWSCURRENT is refused`);
    for (const version of [AWSPENDING, AWSPREVIOUS]) if (await opens(await textOf(version))) return;
    for await (const text of kept.store.versions.unlabelled(kept.id)) if (await opens(text)) return;
    throw new Refuted('opens', `${where}: no stored version opens`);
  }

  /** One delivery to a process that lives. */
  async function delivered({ step, event }: Sent): Promise<boolean> {
    const outcome = await place.survivor(event);
    const news = place.told();
    const body = news.slice(messages).findLast((one) => one.outcome === 'failed');
    messages = news.length;
    if (outcome.ok) {
      const left = (outcome.payload as { Outcome?: string } | null)?.Outcome ?? '';
      return !left.startsWith('another invocation rotates');
    }
    words.push(`${step}: ${outcome.error.errorMessage}`);
    if (body !== undefined && !isMoved) await believe(step, String(body.working));
    await look(`after ${step} failed`);
    return false;
  }

  async function believe(step: string, working: string): Promise<void> {
    if (working === 'unknown') return;
    const labels = await byLabel(kept.store);
    const open: string[] = [];
    for (const label of ['AWSCURRENT', 'AWSPENDING', 'AWSPREVIOUS'])
      if (await opens(await textOf(labels[label]))) open.push(label);
    const isTrue = working === 'none' ? open.length === 0 : working.split(' or ').some((label) => open.includes(label));
    if (!isTrue)
      throw new Refuted('working', `${step} said that ${working} works; ${open.join(', ') || 'nothing'} opens`);
  }

  async function through(events: readonly Sent[]): Promise<boolean> {
    for (let tries = 0; tries < TRIES; tries++) {
      if (tries > 0) await sleep(place.deadAfterMs);
      let isThrough = true;
      for (const sent of events) {
        isThrough = await delivered(sent);
        if (!isThrough) break;
      }
      if (isThrough) return true;
    }
    return false;
  }

  async function converge(events: readonly Sent[], which: string): Promise<void> {
    if (await through(events)) return look(`after ${which}`);
    throw new Refuted('converges', `${which} does not succeed`);
  }

  async function another(): Promise<void> {
    let token = await kept.begin();
    if (token === undefined) {
      words.push('the service has it repeated first');
      await converge(kept.events(begun), 'the repeat');
      token = await kept.begin();
    }
    if (token === undefined) throw new Refuted('converges', 'the store says that a rotation is not complete');
    await converge(kept.events(token), 'another rotation');
    const labels = await byLabel(kept.store);
    if (!(await opens(await textOf(labels.AWSCURRENT))))
      throw new Refuted('converges', 'AWSCURRENT is refused at the end');
    const newest = kept.events(token).length > 1 ? labels.AWSCURRENT === token : true;
    if (!newest || (labels.AWSPENDING ?? labels.AWSCURRENT) !== labels.AWSCURRENT)
      throw new Refuted('leftovers', `labels at the end: ${Object.keys(labels).join(', ')}`);
    isMoved = false;
  }

  const begun = (await kept.begin()) ?? '';
  /** What was not done when the process died; nothing: it lives. */
  async function death(): Promise<readonly Sent[]> {
    for (const version of Object.values(await byLabel(kept.store))) await textOf(version);
    const events = kept.events(begun);
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
    isMoved = way.isByHand === true;
    const repeat = (events: readonly Sent[]) => converge(events, 'the repeat');
    await way.go({ place, token: begun, rest, repeat, another, look, say: (what) => void words.push(what) });
    await sleep(isKey(place) ? place.deadAfterMs : 0);
    await another();
    const { AWSCURRENT, AWSPREVIOUS } = await byLabel(kept.store);
    const held = [await textOf(AWSCURRENT), await textOf(AWSPREVIOUS)].map((text) => JSON.parse(text ?? '{}'));
    const left = await place.leftOver(held);
    if (left !== undefined) throw new Refuted('leftovers', left);
  }

  let died = false;
  try {
    const rest = await death();
    died = rest.length > 0;
    if (died) await afterwards(rest);
    return { died, words, looks };
  } catch (error) {
    if (!(error instanceof Refuted)) throw error;
    return { died, words, looks, broken: error.broken };
  }
}

/** A key that is young may still be stored by whoever made it. */
const isKey = ({ restore }: Place) => restore === undefined;
