/** Lets a rotation function do what its role allows, and answers everything else as AWS does. */
import { AwsError } from './aws/aws-error.ts';
import { type AskedCall, isAllowed, type Statement } from './aws/policy.ts';
import { type Account, arnOf, type CallContext, inRegion, type Service } from './aws/service.ts';
import { isNamedBy } from './services/secrets-manager/names.ts';
import type { SecretsManagerService } from './services/secrets-manager/service.ts';

/** What a function may do; undefined is nobody's role, which may do nothing. */
export type RoleOf = (functionName: string) => readonly Statement[] | undefined;

interface Enforcement {
  readonly account: Account;
  readonly roleOf: RoleOf;
  readonly secrets: SecretsManagerService;
  callerOf(accessKeyId: string): string | undefined;
}

type Input = Readonly<Record<string, unknown>>;

/** Calls of others than registered functions are let through: the operator's. */
export function enforced(service: Service, given: Enforcement): Service {
  return {
    ...service,
    reset: () => service.reset(),
    call: async (operation, input, context) => {
      const caller = context.accessKeyId && given.callerOf(context.accessKeyId);
      if (caller) refuse(caller, asked(service.name, operation, input, context, given), service.name, given);
      return service.call(operation, input, context);
    },
  };
}

function refuse(caller: string, calls: readonly AskedCall[], service: string, { account, roleOf }: Enforcement) {
  const refused = calls.find((call) => !isAllowed(roleOf(caller) ?? [], call));
  if (refused === undefined) return;
  const user = `arn:${account.partition}:sts::${account.accountId}:assumed-role/${caller}/${caller}`;
  const [code, status] = CODES[service] ?? ['AccessDeniedException', 400];
  throw new AwsError(
    code,
    `User: ${user} is not authorized to perform: ${refused.action} on resource: ${refused.resource} ` +
      `because no identity-based policy allows the ${refused.action} action`,
    status,
  );
}

/** How each service spells it; the others say AccessDeniedException. */
const CODES: Readonly<Record<string, readonly [code: string, status: number]>> = {
  sns: ['AuthorizationError', 403],
  rds: ['AccessDenied', 403],
  scheduler: ['AccessDeniedException', 403],
};

/** What a call asks for, one for each right that it takes. */
function asked(
  service: string,
  operation: string,
  input: Input,
  { region }: CallContext,
  { account, secrets }: Enforcement,
): readonly AskedCall[] {
  const here = inRegion(account, region);
  const on = (resource: string, context: AskedCall['context'] = {}): AskedCall => ({
    action: `${service}:${operation}`,
    resource,
    context,
  });
  const text = (name: string) => String(input[name] ?? '');
  switch (service) {
    case 'secretsmanager': {
      const secret = secrets.secrets().find(isNamedBy(text('SecretId')));
      const rotator = secret?.rotation?.functionArn;
      return [
        on(secret?.arn ?? text('SecretId'), {
          ...(rotator && { 'secretsmanager:resource/AllowRotationLambdaArn': rotator }),
        }),
      ];
    }
    case 'ssm': {
      const names = [input.Name, input.ResourceId, input.Names].flat().filter((name) => typeof name === 'string');
      return names.map((name) => on(name.startsWith('arn:') ? name : arnOf(here, 'ssm', `parameter/${plain(name)}`)));
    }
    case 'rds':
      return [on(arnOf(here, 'rds', operation === 'DescribeDBClusters' ? 'cluster:*' : 'db:*'))];
    case 'scheduler':
      return [
        on(arnOf(here, 'scheduler', `schedule/${text('GroupName') || 'default'}/${text('Name')}`)),
        {
          action: 'iam:PassRole',
          resource: String((input.Target as Input | undefined)?.RoleArn ?? ''),
          context: { 'iam:PassedToService': 'scheduler.amazonaws.com' },
        },
      ];
    case 'sns':
      return [on(text('TopicArn'))];
    // Who one is needs no right.
    case 'sts':
      return [];
    default:
      return [on('*')];
  }
}

/** A version or label is no part of the resource, and neither is the first slash. */
const plain = (name: string) => name.replace(/^\//, '').replace(/:.*$/, '');
