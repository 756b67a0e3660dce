import { lagging } from '../../aws/lagging.ts';
import { callOf } from '../../aws/operation.ts';
import {
  type Account,
  inRegion,
  type RotationFunctions,
  type SecretsManagerFaults,
  type Service,
} from '../../aws/service.ts';
import { type ParameterEvent, parameterEvents } from './events.ts';
import { labelOperations } from './operations/labels.ts';
import { readingOperations } from './operations/reading.ts';
import { tagOperations } from './operations/tags.ts';
import { writingOperations } from './operations/writing.ts';
import type { Parameter } from './parameter.ts';
import { carryOutPolicies } from './policy-actions.ts';
import { parameterStore } from './store.ts';

export interface SsmOptions {
  readonly account: Account;
  readonly faults: Pick<SecretsManagerFaults, 'staleReads'>;
  /** For `/aws/reference/secretsmanager/…`. */
  readonly secretsManager: Pick<Service, 'call'>;
  /** Where policy events are delivered. */
  readonly functions: Pick<RotationFunctions, 'invoke'> & { callerOf?(accessKeyId: string): string | undefined };
}

export interface SsmService extends Service {
  parameters(): readonly Parameter[];
  /** Every event that EventBridge would have seen, oldest first. */
  readonly events: readonly ParameterEvent[];
  /** Delivers events of parameter policies to this function from now on, as a rule of EventBridge does. Survives a reset, as functions do. */
  onPolicyAction(functionName: string): void;
  /** Carries out the policies that are due at this moment (the account's when absent), delivers their events, and gives them. */
  tick(until?: number): Promise<readonly ParameterEvent[]>;
  /** From now on nobody may encrypt or decrypt with this key, until the next reset. As the parameters spell it: `alias/aws/ssm`. */
  denyKey(keyId: string): void;
}

/** Parameter Store, in memory: no wire, no clock of its own. */
export function ssm({ account, faults, secretsManager, functions }: SsmOptions): SsmService {
  const parameters = lagging<Parameter>(faults);
  const events = parameterEvents(account);
  const deniedKeys = new Set<string>();
  const listeners = new Set<string>();

  return {
    name: 'ssm',
    parameters: () => parameters.values(),
    events: events.list,

    call: (operation, input, context) => {
      const here = inRegion(account, context.region);
      const callerOf = (key: string) => functions.callerOf?.(key);
      const stored = parameterStore(here, parameters);
      const world = { account: here, parameters: stored, secretsManager, events, deniedKeys, callerOf };
      return callOf(operations, world)(operation, input, context);
    },

    onPolicyAction: (functionName) => void listeners.add(functionName),

    async tick(until = account.now()) {
      const emitted = carryOutPolicies(parameters.values(), parameterStore(account, parameters), events, until);
      for (const event of emitted) {
        for (const listener of listeners) await functions.invoke(listener, { ...event }, event.region);
      }
      return emitted;
    },

    denyKey: (keyId) => void deniedKeys.add(keyId),

    reset() {
      parameters.clear();
      events.clear();
      deniedKeys.clear();
    },
  };
}

/** Every operation of Parameter Store, by its name on the wire. Of the rest of Systems Manager there is nothing. */
const operations = {
  ...labelOperations,
  ...readingOperations,
  ...tagOperations,
  ...writingOperations,
};
