/** One history of one secret: the service delivers steps, and everything that can go wrong goes wrong when it is chosen to. */
import { runStep } from '../../shared/rotation/steps.ts';
import { type RotationStep, rotationSteps } from '../../shared/rotation/strategy.ts';
import type { VersionId } from '../../shared/rotation/versions.ts';
import { secretsManagerVersions } from '../../shared/stores/secrets-manager/secrets-manager.ts';
import { timelessContext } from '../../test/support/context.ts';
import type { Broken, Run } from '../explore.ts';
import { byHand } from './by-hand.ts';
import type { Call } from './delivery.ts';
import { calls as makeCalls, quiet, told } from './delivery.ts';
import { faultsOf } from './faults.ts';
import type { Budget, Delivery, Event, Option, Possible, Scenario } from './history.ts';
import { isOfStore, waitingOf } from './history.ts';
import { keyOf, keyOfDelivery } from './keys.ts';
import { placeOf } from './place.ts';
import { brokenIn, holderOf, isBroken, openLabels, untrue } from './properties.ts';
import { secretsClient } from './secrets-client.ts';

export interface ServiceRun extends Run {
  /** Rotations that were begun. */
  readonly rotations: () => number;
  /** What was done, and by whom. */
  readonly told: readonly Event[];
}

export function serviceRun(scenario: Scenario, place = placeOf(scenario.strategy, scenario.locks)): ServiceRun {
  const { cutover, budget } = scenario;
  const { store, server } = place;
  const left: Record<keyof Budget, number> = { ...budget };
  const events: Event[] = [];
  let deliveries: Delivery[] = [];
  let before = store.stored();
  let found: Broken | undefined;
  let isTouched = false;
  let isOver = false;
  let isAbandoned = false;
  let count = 0;
  let rotations = 0;
  /** What the service goes on with. */
  const service = { token: '', reached: 0, failed: false };
  let last: Delivery | undefined;
  /** What steps that failed have said to work; 'died' of those that could say nothing. */
  const claims: string[] = [];
  /** Others may change between a look and a word what the word is about. */
  const isCrowded = budget.twice + budget.fresh > 0;
  /** What stale reads see from now on. */
  const remember = () => {
    before = store.stored();
  };
  const broken = (what: Broken | undefined) => {
    found ??= what;
  };

  function deliver(step: RotationStep, token: VersionId, isService: boolean): Delivery {
    const who = `${step} (${++count})`;
    const calls = makeCalls();
    const { strategy: made, bury } = place.strategy(calls, String(count));
    const ctx = timelessContext({
      secretId: store.secretId,
      token,
      signal: calls.signal,
      pause: async () => calls.signal.throwIfAborted(),
    });
    const progress = { working: 'AWSCURRENT' as const } as Parameters<typeof runStep>[1]['progress'];
    const running = runStep(step, {
      strategy: made,
      versions: secretsManagerVersions({ client: secretsClient(store, () => before, calls), signal: calls.signal }),
      ctx,
      cutover,
      progress,
      async report({ outcome }) {
        // The cut-over of the next rotation is no matter of this one.
        if (!isTouched && !isOfBefore(token) && !openLabels(place).includes('AWSCURRENT'))
          broken(isBroken('success', `${who} tells ${outcome}, and AWSCURRENT is refused`));
      },
    });
    const delivery: Delivery = {
      who,
      step,
      token,
      isService,
      calls,
      seen: new Set(),
      bury,
      ended: running.then(
        () => over(true),
        (error: unknown) => {
          events.push({ who, what: `fails (${told(error)}), says: ${progress.working}` });
          claims.push(progress.working);
          if (!isTouched) broken(untrue(progress.working, openTo(delivery)));
          over(false);
        },
      ),
    };
    const over = (isDone: boolean) => {
      if (!deliveries.includes(delivery)) return;
      remove(delivery);
      if (isService) serviced(isDone, delivery);
    };
    deliveries.push(delivery);
    return delivery;
  }

  /** AWSPENDING is what this rotation has made, wherever its label is by now. */
  function openTo({ token, seen }: Delivery): readonly string[] {
    const isOpen = place.opens(store.stored().get(token)?.value);
    return [...new Set([...openLabels(place), ...seen, ...(isOpen ? ['AWSPENDING'] : [])])];
  }

  function remove(delivery: Delivery): void {
    deliveries = deliveries.filter((each) => each !== delivery);
    const refused = delivery.calls.all.filter(({ answer }) => answer === 'AUTHENTICATION_REFUSED').length;
    if (refused > (isCrowded ? 3 : 1) && !isTouched && !isAbandoned && delivery.token === service.token)
      broken(isBroken('refused', `${delivery.who} was refused ${refused} times`));
  }

  /** Secrets Manager goes on with the next step, by itself. */
  function serviced(isDone: boolean, { step, token }: Delivery): void {
    if (token !== service.token) return;
    service.failed = !isDone;
    const next = rotationSteps[rotationSteps.indexOf(step) + 1];
    if (!isDone || next === undefined) return;
    service.reached = Math.max(service.reached, rotationSteps.indexOf(next));
    deliver(next, token, true);
  }

  async function begin(): Promise<void> {
    rotations += 1;
    remember();
    Object.assign(service, { token: await store.begin(), reached: 0, failed: false });
    last = deliver('createSecret', service.token, true);
  }

  async function died(delivery: Delivery): Promise<void> {
    remove(delivery);
    claims.push('died');
    await delivery.bury();
    if (delivery.isService && delivery.token === service.token) service.failed = true;
  }

  const spend = (what: keyof Budget, act: () => unknown) => async () => {
    left[what] -= 1;
    await act();
  };

  function options(): Option[] {
    if (isOver) return [];
    const live = [...deliveries].sort((a, b) => Number(b === last) - Number(a === last));
    return [
      ...live.flatMap((delivery) => waitingOf(delivery).map((call) => goesOn(delivery, call))),
      ...ofService(),
      ...(left.faults > 0 ? live.flatMap(ofFaults) : []),
      ...(left.byHand > 0 ? byHand(place).map(ofSomebody) : []),
      ...(live.length === 0 ? endings() : []),
    ];
  }

  function goesOn(delivery: Delivery, call: Call): Option {
    return {
      who: delivery.who,
      what: call.name,
      act() {
        last = delivery;
        if (isOvertaken(delivery, call)) isTouched = true;
        if (call.kind === 'write') delivery.seen.clear();
        if (call.kind === 'write' && isOfStore(call)) remember();
        call.go('answered');
      },
    };
  }

  /** It changes the system for a rotation after which another one was begun: docs/reliability.md has it among what is known. */
  function isOvertaken({ token }: Delivery, call: Call): boolean {
    return call.kind === 'write' && !isOfStore(call) && isOfBefore(token);
  }

  function isOfBefore(token: VersionId): boolean {
    return service.token !== '' && token !== service.token;
  }

  function ofFaults(delivery: Delivery): Option[] {
    const around = { isLagging: before !== store.stored(), writes: remember, died };
    const { who } = delivery;
    return faultsOf(delivery, around).map(({ what, act }) => ({ who, what, act: spend('faults', act) }));
  }

  function ofSomebody({ what, act }: Possible): Option {
    const touch = () => {
      isTouched = true;
      remember();
      return act();
    };
    return { who: 'somebody', what, act: spend('byHand', touch) };
  }

  function ofService(): Option[] {
    const who = 'the service';
    const { token, reached, failed } = service;
    const pending = holderOf(place, 'AWSPENDING');
    // A function lives for minutes: none of the rotation before the last is still at work.
    const isFree =
      (pending === undefined || pending === holderOf(place, 'AWSCURRENT')) &&
      deliveries.every((delivery) => delivery.token === token);
    return [
      ...(failed && left.again > 0
        ? [...new Set([0, reached])].map((at) => ({
            who,
            what: `tries again, from ${rotationSteps[at]}`,
            act: spend('again', () => {
              service.failed = false;
              last = deliver(rotationSteps[at] ?? 'createSecret', token, true);
            }),
          }))
        : []),
      ...(left.twice > 0 && token !== ''
        ? rotationSteps.slice(0, reached + 1).map((step) => ({
            who,
            what: `delivers ${step} once more`,
            act: spend('twice', () => deliver(step, token, false)),
          }))
        : []),
      ...(left.fresh > 0 && isFree ? [{ who, what: 'begins another rotation', act: spend('fresh', begin) }] : []),
    ];
  }

  /** When nobody does anything any more: what is left must lead to a good end. */
  function endings(): Option[] {
    const ending = (what: string, act: () => Promise<void>): Option => ({
      who: 'at the end',
      what,
      act: async () => {
        isOver = true;
        left.faults = 0;
        if (server.open.length > 0) broken(isBroken('sessions', `open: ${server.open.join(', ')}`));
        if (!isTouched && claims.length > 0 && claims.every((claim) => claim === 'AWSCURRENT'))
          broken(untrue('AWSCURRENT', openLabels(place)));
        await act();
      },
    });
    const { token } = service;
    const labels = store.stored().get(token)?.labels ?? [];
    // What was moved by hand may ask for another rotation.
    const isAdmitted = !isTouched && store.isRotationOn() && labels.some((label) => /AWS(CURRENT|PENDING)/.test(label));
    return [
      ...(isAdmitted ? [ending('the same token comes again', () => converges(async () => token))] : []),
      ending('somebody begins another rotation', () =>
        converges(async () => {
          // What was set and not promoted is now in a version without a label, which is tried last.
          isAbandoned = true;
          await store.abandon();
          return store.begin();
        }),
      ),
    ];
  }

  async function converges(token: () => Promise<VersionId>): Promise<void> {
    const of = await token();
    service.token = '';
    for (let tries = 0; tries < 2; tries++) if (await rotates(of)) break;
    const isCurrent = holderOf(place, 'AWSCURRENT') === of;
    if (!openLabels(place).includes('AWSCURRENT')) broken(isBroken('converges', 'AWSCURRENT is refused at the end'));
    else if (!isCurrent) broken(isBroken('converges', 'the rotation does not come to its end'));
    if (server.open.length > 0) broken(isBroken('sessions', `open: ${server.open.join(', ')}`));
  }

  async function rotates(token: VersionId): Promise<boolean> {
    for (const step of rotationSteps) {
      const tally = events.length;
      const delivery = deliver(step, token, false);
      for (let turns = 0; deliveries.includes(delivery); turns++) {
        await quiet();
        for (const call of waitingOf(delivery)) call.go('answered');
        if (turns < 500) continue;
        broken(isBroken('hangs', `${delivery.who} does not end`));
        return false;
      }
      if (events.length > tally) return false;
    }
    return true;
  }

  function looked(): void {
    for (const [version, { value }] of before)
      if (value !== undefined && store.stored().get(version)?.value !== value)
        broken(isBroken('password', `version ${version} has another value`));
    broken(brokenIn(place, isTouched));
    if (!isOver && options().length === 0) broken(isBroken('hangs', 'somebody waits, and nobody goes on'));
  }

  let isBegun = false;
  return {
    told: events,
    rotations: () => rotations,
    choices: () => (isBegun ? options().map(({ who, what }) => `${who}: ${what}`) : ['begin']),
    async take(choice) {
      if (!isBegun) {
        isBegun = true;
        await begin();
      } else {
        const all = options();
        const { who, what, act } = all[choice] ?? all[0] ?? { who: '', what: 'nothing', act: () => {} };
        events.push({ who, what });
        await act();
      }
      await quiet();
      if (isCrowded) for (const delivery of deliveries) for (const label of openLabels(place)) delivery.seen.add(label);
    },
    broken() {
      looked();
      return found;
    },
    key: () =>
      JSON.stringify([
        keyOf(place),
        left.faults > 0 && before !== store.stored() ? [...before] : [],
        deliveries.map(keyOfDelivery),
        [...new Set(claims)],
        service,
        left,
        [isTouched, isOver, isBegun],
      ]),
  };
}
