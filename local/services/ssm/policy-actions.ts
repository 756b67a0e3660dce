import type { ParameterEvent, ParameterEvents } from './events.ts';
import { latest, type Parameter, withPolicies } from './parameter.ts';
import { dueAt, type Policy } from './policies.ts';
import type { ParameterStore } from './store.ts';

/** One of the scans by which the service enforces policies: notifies of what is due, and deletes what has expired. */
export function carryOutPolicies(
  all: readonly Parameter[],
  { save, remove }: Pick<ParameterStore, 'save' | 'remove'>,
  events: ParameterEvents,
  until: number,
): ParameterEvent[] {
  return all.flatMap((parameter) => {
    const due = duePolicies(parameter, until);
    if (due.length === 0) return [];
    if (due.some(({ policy }) => policy.type === 'Expiration')) remove(parameter);
    else save(withPolicies(parameter, finished(parameter, due)));
    return due.map(({ policy }) => events.policyAction(policy, parameter, until));
  });
}

/** In the order in which they became due. */
function duePolicies(parameter: Parameter, until: number) {
  const { policies, modifiedAt } = latest(parameter);
  return policies
    .map((policy) => ({ policy, at: dueAt(policy, policies, modifiedAt) ?? Number.POSITIVE_INFINITY }))
    .filter(({ at }) => at <= until)
    .sort((a, b) => a.at - b.at);
}

function finished(parameter: Parameter, due: readonly { policy: Policy }[]): Policy[] {
  const done = new Set(due.map(({ policy }) => policy));
  return latest(parameter).policies.map((policy) => (done.has(policy) ? { ...policy, status: 'Finished' } : policy));
}
