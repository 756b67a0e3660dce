import type { FunctionFacts, Inventory, ParameterFacts, SecretFacts } from '../../../cli/cost/inventory.ts';

/** A secret like most: nothing special, its size not read. */
export function secret(name: string, special: Partial<SecretFacts> = {}): SecretFacts {
  return {
    name,
    arn: `arn:aws:secretsmanager:us-east-1:123456789012:secret:${name}-AbCdEf`,
    isDeleted: false,
    replicas: 0,
    rotates: false,
    policy: 'none',
    size: 'unread',
    ...special,
  };
}

export const rotatedByRekey = { rotates: true, rotationFunction: 'rekey-prod-postgres-single-user' } as const;

export function parameter(name: string, tier: ParameterFacts['tier'] = 'standard'): ParameterFacts {
  return { name, type: 'SecureString', tier };
}

export function inventory(
  secrets: readonly SecretFacts[],
  parameters: readonly ParameterFacts[] = [],
  region = 'us-east-1',
): Inventory {
  return { region, sizesRead: false, secrets, parameters, functions: [] };
}

export function functionOf(stack: string, special: Partial<FunctionFacts> = {}): FunctionFacts {
  return { stack, hasMetrics: true, keys: ['arn:key'], superusers: [], subnets: [], looks: true, ...special };
}
