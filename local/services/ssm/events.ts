import { randomUUID } from 'node:crypto';
import { kept } from '../../aws/kept.ts';
import { type Account, regionOf } from '../../aws/service.ts';
import { latest, type Parameter } from './parameter.ts';
import type { Policy } from './policies.ts';

/** An event as EventBridge would deliver it. https://docs.aws.amazon.com/systems-manager/latest/userguide/monitoring-systems-manager-event-examples.html */
export interface ParameterEvent {
  readonly version: '0';
  readonly id: string;
  readonly 'detail-type': 'Parameter Store Change' | 'Parameter Store Policy Action';
  readonly source: 'aws.ssm';
  readonly account: string;
  readonly time: string;
  readonly region: string;
  readonly resources: readonly string[];
  readonly detail: Readonly<Record<string, string>>;
}

type Change = 'Create' | 'Update' | 'Delete' | 'LabelParameterVersion';
export type ParameterEvents = ReturnType<typeof parameterEvents>;

export function parameterEvents(account: Account) {
  const { list, add, clear } = kept<ParameterEvent>(10_000);

  function emit(
    kind: ParameterEvent['detail-type'],
    { arn }: Parameter,
    at: number,
    detail: ParameterEvent['detail'],
  ): ParameterEvent {
    const event: ParameterEvent = {
      version: '0',
      id: randomUUID(),
      'detail-type': kind,
      source: 'aws.ssm',
      account: account.accountId,
      time: new Date(at).toISOString().replace(/\.\d+Z$/, 'Z'),
      region: regionOf(arn),
      resources: [arn],
      detail,
    };
    add(event);
    return event;
  }

  return {
    list,
    changed: (operation: Change, parameter: Parameter): void => {
      const { type, description } = latest(parameter);
      const named = { operation, name: parameter.name, type };
      emit('Parameter Store Change', parameter, account.now(), { ...named, ...(description && { description }) });
    },
    policyAction: (policy: Policy, parameter: Parameter, at: number): ParameterEvent =>
      emit('Parameter Store Policy Action', parameter, at, {
        'policy-type': policy.type,
        'parameter-name': parameter.name,
        'parameter-type': latest(parameter).type,
        'policy-content': policy.text,
        'action-status': 'Success',
        'action-reason': reason(policy),
      }),
    clear,
  };
}

/** Only the text of NoChangeNotification is on record. */
function reason(policy: Policy): string {
  const origin = `This notification was generated based on the policy created at ${new Date(policy.attachedAt).toISOString()}`;
  if (policy.type === 'NoChangeNotification')
    return `The parameter has not been changed for ${policy.period}. ${origin}`;
  if (policy.type === 'Expiration') return 'The parameter has expired and was deleted.';
  return `The parameter will expire in ${policy.period}. ${origin}`;
}
