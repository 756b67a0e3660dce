/** What people do to a secret while it is rotated. */
import type { Possible } from './history.ts';
import type { Place } from './place.ts';
import { holderOf } from './properties.ts';

export function byHand(place: Place): readonly Possible[] {
  const { store } = place;
  const [current, previous] = [holderOf(place, 'AWSCURRENT'), holderOf(place, 'AWSPREVIOUS')];
  const moves: Possible[] = [];
  if (holderOf(place, 'AWSPENDING') !== undefined)
    moves.push({ what: 'takes AWSPENDING off', act: () => store.abandon() });
  if (previous !== undefined)
    moves.push({ what: 'moves AWSCURRENT back', act: () => store.versions.promote(store.secretId, previous, current) });
  if (store.isRotationOn()) moves.push({ what: 'switches rotation off', act: () => store.switchOff() });
  return moves;
}
