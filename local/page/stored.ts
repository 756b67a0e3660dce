/** What an application can read and log in with: secrets, and parameters, which have a companion once they are rotated. */

import type { Sandbox } from '../sandbox.ts';
import type { Secret } from '../services/secrets-manager/secret.ts';
import { latest, type Parameter } from '../services/ssm/parameter.ts';

export interface Stored {
  readonly arn: string;
  readonly name: string;
  readonly secret?: Secret;
  readonly companion?: Parameter | undefined;
  /** The rotation of a parameter that is not at its end. */
  readonly open?: string | undefined;
  /** Those that readers can ask for, newest first. */
  readonly versions: readonly StoredVersion[];
}

export interface StoredVersion {
  readonly id: string;
  readonly labels: readonly string[];
  readonly isCurrent: boolean;
  readonly value: string | undefined;
}

export function storedIn({ secretsManager, ssm }: Pick<Sandbox, 'secretsManager' | 'ssm'>): readonly Stored[] {
  const parameters = new Map(ssm.parameters().map((one) => [one.arn, one]));
  return [
    ...secretsManager
      .secrets()
      .filter(({ primaryArn, deletion }) => !primaryArn && !deletion)
      .map(ofSecret),
    ...[...parameters.values()]
      .filter(({ arn, versions }) => !arn.includes(':parameter/rekey/') && versions.at(-1)?.type === 'SecureString')
      .map((one) => ofParameter(one, parameters.get(one.arn.replace(':parameter/', ':parameter/rekey/')))),
  ];
}

function ofSecret(secret: Secret): Stored {
  const { arn, name, versions } = secret;
  const labelled = versions.filter(({ labels }) => labels.length > 0).reverse();
  return {
    arn,
    name,
    secret,
    versions: labelled.map(({ id, labels, value }) => ({
      id,
      labels,
      isCurrent: labels.includes('AWSCURRENT'),
      value: value && 'string' in value ? value.string : undefined,
    })),
  };
}

/** What Rekey writes there: docs/decisions/0005-parameter-store.md. */
function ofParameter(parameter: Parameter, companion: Parameter | undefined): Stored {
  const { arn, name, versions } = parameter;
  const open = /^Rekey (?:claim|value|kept|alive) (\S+)/.exec((companion && latest(companion).description) ?? '')?.[1];
  const pending = open && companion?.versions.find(({ labels }) => labels.includes('pending'));
  const read = versions.toReversed().flatMap((version) => {
    const isCurrent = version === latest(parameter);
    const labels = version.labels.length === 0 && isCurrent ? ['newest'] : version.labels;
    return labels.length === 0 ? [] : [{ id: String(version.number), labels, isCurrent, value: version.value }];
  });
  return {
    arn,
    name,
    companion,
    open,
    versions: pending ? [{ id: open, labels: ['pending'], isCurrent: false, value: pending.value }, ...read] : read,
  };
}
