/** What two states must have in common to go on alike. */
import type { Delivery } from './history.ts';
import type { Place } from './place.ts';

export function keyOf({ store, server }: Place): unknown {
  return [
    [...store.stored()],
    store.isRotationOn(),
    [...server.users].map(([name, { rights, ...user }]) => [name, user, [...rights]]),
    server.open,
    [...(server.locks?.keys() ?? [])],
  ];
}

/** What it goes on with follows from what it has been told. */
export function keyOfDelivery({ step, token, isService, calls, seen }: Delivery): unknown {
  const known = calls.all.map(({ name, state, answer }) => [name, state, answer]);
  return [step, token, isService, calls.signal.aborted, known, [...seen].sort()];
}
