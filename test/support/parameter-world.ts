/** A world whose secret is a SecureString: every call to Parameter Store can be the last one. */
import { SSMClient } from '@aws-sdk/client-ssm';
import { parameterVersions } from '../../shared/stores/parameter-store/parameter-store.ts';
import type { CrashPlan } from '../conformance/crash.ts';
import type { StrategyWorld } from '../conformance/world.ts';
import type { ParameterStore } from './parameter-store.ts';
import { parameterStore } from './parameter-store.ts';

/** The same world, its secret moved into a parameter. */
export async function onParameterStore<S extends object, W extends StrategyWorld<S>>(
  world: W,
  client: SSMClient,
  options: { tags?: boolean } = {},
): Promise<W & { readonly store: ParameterStore }> {
  const [[version = '']] = Object.entries(await world.store.labels()) as [[string, unknown]];
  const clients = new WeakMap<CrashPlan, SSMClient>();
  const clientOf = (plan: CrashPlan): SSMClient => {
    const made = clients.get(plan) ?? watched(client, plan);
    clients.set(plan, made);
    return made;
  };
  const store = await parameterStore(client, String(await world.store.valueOf(version)));
  return {
    ...world,
    store,
    versions: (plan: CrashPlan) =>
      parameterVersions({ client: clientOf(plan), signal: new AbortController().signal, ...options }),
  };
}

/** Over the connections of the client, since a dead process closes its own and a dead plan does not. */
function watched(client: SSMClient, plan: CrashPlan): SSMClient {
  const { endpoint, region, credentials, requestHandler } = client.config;
  const made = new SSMClient({ ...(endpoint && { endpoint }), region, credentials, requestHandler });
  made.middlewareStack.add(
    (next, context) => (args) => plan.call(String((context as { commandName?: string }).commandName), () => next(args)),
    { step: 'initialize', name: 'crash plan' },
  );
  return made;
}
