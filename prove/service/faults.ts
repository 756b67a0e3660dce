/** What can go wrong with a delivery at this moment. */

import type { Call } from './delivery.ts';
import { noAnswer, outOfTime, quiet } from './delivery.ts';
import type { Delivery, Possible } from './history.ts';
import { isOfStore, waitingOf } from './history.ts';
import { named } from './secrets-client.ts';

export interface Around {
  /** Is there something that a read may see from before the last write? */
  readonly isLagging: boolean;
  /** Called before a write to the store is done. */
  writes(): void;
  died(delivery: Delivery): Promise<void>;
}

export function faultsOf(delivery: Delivery, around: Around): readonly Possible[] {
  return [
    ...waitingOf(delivery).flatMap((call) => faultsOfCall(call, delivery, around)),
    { what: 'dies', act: () => around.died(delivery) },
    {
      what: 'runs out of time',
      // As drivers do, it leaves its sessions at once.
      async act() {
        delivery.calls.abort();
        for (const call of delivery.calls.all)
          if (call.state !== 'over' && call.kind !== 'close') call.fail(outOfTime());
        await delivery.bury();
      },
    },
  ];
}

function faultsOfCall(call: Call, delivery: Delivery, { isLagging, writes, died }: Around): readonly Possible[] {
  const { name, kind } = call;
  if (kind === 'close') return [];
  const isStores = isOfStore(call);
  // Not throttled: such a write waits for its time and comes again, by the clock. prove/delivery plays that.
  const fails = { what: `${name} fails`, act: () => call.fail(isStores ? named('InternalServiceError') : noAnswer()) };
  if (kind !== 'write') {
    const stale = { what: `${name} is stale`, act: () => call.go('stale') };
    return kind === 'read' && isStores && isLagging ? [fails, stale] : [fails];
  }
  const done = (how: 'lost' | 'unseen') => {
    if (isStores) writes();
    call.go(how);
  };
  return [
    fails,
    ...(isStores ? [{ what: `${name} has no answer, and is not done`, act: () => call.fail(noAnswer()) }] : []),
    { what: `${name} is done, and its answer is lost`, act: () => done('lost') },
    {
      what: `${name} is done, and dies`,
      async act() {
        done('unseen');
        await quiet();
        await died(delivery);
      },
    },
  ];
}
