/** What is looked at while one secret or parameter is rotated, whatever happens to it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { byLabel } from '../../test/support/store.ts';
import type { Broken } from '../explore.ts';
import type { Place } from './places.ts';
import type { Sent } from './stores.ts';

export const properties = {
  opens: 'some stored version opens the system at every moment',
  current: 'AWSCURRENT opens at every moment, where the strategy promises no outage',
  converges: 'it goes on within two tries, and another rotation succeeds',
  password: 'a version never gets a second value',
  working: 'what a failed step says of the credential that works is true',
  leftovers: 'no user, key, label, lock or session is left over; rights are those of before, and of a pair equal',
} as const;

/** Thrown where a property is broken: the case is over then. */
export class Refuted extends Error {
  readonly broken: Broken;
  constructor(property: string, seen: string) {
    super(seen);
    this.broken = { property, seen };
  }
}

const TRIES = 2;

export type Watched = Awaited<ReturnType<typeof watch>>;

/** Begins a rotation. Whatever breaks a property is thrown. */
export async function watch(place: Place) {
  const { kept } = place;
  const words: string[] = [];
  const passwords = new Map<string, string>();
  let looks = 0;
  let messages = place.told().length;
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

  /** One delivery to a process that lives. `relieved` comes before anybody looks. */
  async function delivered({ step, event }: Sent, relieved = async () => {}): Promise<boolean> {
    const outcome = await place.survivor(event);
    await relieved();
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

  /** One more rotation, and then nothing is left over. */
  async function end(): Promise<void> {
    await sleep(isKey(place) ? place.deadAfterMs : 0);
    await another();
    const { AWSCURRENT, AWSPREVIOUS } = await byLabel(kept.store);
    const held = [await textOf(AWSCURRENT), await textOf(AWSPREVIOUS)].map((text) => JSON.parse(text ?? '{}'));
    const left = await place.leftOver(held);
    if (left !== undefined) throw new Refuted('leftovers', left);
  }

  const begun = (await kept.begin()) ?? '';
  for (const version of Object.values(await byLabel(kept.store))) await textOf(version);
  return {
    /** The token of the rotation that has begun. */
    token: begun,
    words,
    looks: () => looks,
    /** From now on AWSCURRENT is what somebody has made of it, until another rotation has succeeded. */
    moved: () => {
      isMoved = true;
    },
    look,
    delivered,
    converge,
    another,
    end,
  };
}

/** A key that is young may still be stored by whoever made it. */
const isKey = ({ restore }: Place) => restore === undefined;
