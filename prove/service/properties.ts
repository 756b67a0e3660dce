/** What must hold, and in which states. docs/reliability.md says what each one means to people. */
import type { StagingLabel } from '../../shared/rotation/versions.ts';
import type { Broken } from '../explore.ts';
import type { Place } from './place.ts';

export const properties = {
  opens: 'some stored version opens the system at every moment',
  current: 'AWSCURRENT opens at every moment, where the strategy promises no outage',
  converges: 'the same token again, and another rotation, end with an AWSCURRENT that opens, within two tries',
  password: 'a version never gets a second password',
  working: 'what a failed step says of the credential that works is true',
  success: 'success is told only while AWSCURRENT opens',
  refused: 'a step costs one refused login at most, three where others run at the same time',
  sessions: 'no session is left open',
  hangs: 'nobody waits for ever',
} as const;

export type Property = keyof typeof properties;

export const isBroken = (property: Property, seen: string): Broken => ({ property, seen });

/** Labels whose values open the system. */
export function openLabels({ store, opens }: Place): readonly string[] {
  return [...store.stored().values()].flatMap(({ value, labels }) => (opens(value) ? labels : []));
}

/** Of any state. */
export function brokenIn(place: Place, isTouched: boolean): Broken | undefined {
  const all = [...place.store.stored().values()];
  if (!all.some(({ value }) => place.opens(value))) return isBroken('opens', 'no stored version opens the system');
  if (place.outage === 'none' && !isTouched && !openLabels(place).includes('AWSCURRENT'))
    return isBroken('current', 'AWSCURRENT is refused');
  return undefined;
}

/** Of what a failed step says; `open` are the labels whose values open the system. */
export function untrue(working: string, open: readonly string[]): Broken | undefined {
  if (working === 'unknown') return undefined;
  const isTrue = working === 'none' ? open.length === 0 : working.split(' or ').some((label) => open.includes(label));
  return isTrue ? undefined : isBroken('working', `${working} is said to work, and ${those(open)}`);
}

const those = (open: readonly string[]) => (open.length === 0 ? 'no label does' : `only ${open.join(', ')} does`);

export function holderOf({ store }: Place, label: StagingLabel): string | undefined {
  return [...store.stored()].find(([, { labels }]) => labels.includes(label))?.[0];
}
