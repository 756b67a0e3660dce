import { present, seconds } from '../../aws/present.ts';
import { errors } from './errors.ts';
import { parameterArn, type Reference } from './names.ts';
import type { Parameter, Version } from './parameter.ts';
import type { World } from './world.ts';

/** The value as this reader may have it. */
function shownValue(version: Version, decrypt: boolean | undefined, { deniedKeys }: World): string {
  if (version.type !== 'SecureString') return version.value;
  if (!decrypt) return version.ciphertext ?? '';
  if (deniedKeys.has(version.keyId ?? '')) throw errors.keyDenied();
  return version.value;
}

/** A version as GetParameter shows it, under the spelling that it was asked for. */
export function shownParameter(version: Version, asked: Reference, decrypt: boolean | undefined, world: World) {
  return present({
    Name: asked.name,
    Type: version.type,
    Value: shownValue(version, decrypt, world),
    Version: version.number,
    Selector: asked.selector && `:${asked.selector}`,
    LastModifiedDate: seconds(version.modifiedAt),
    ARN: parameterArn(asked.name, world.account),
    DataType: version.dataType,
  });
}

/** A version as GetParameterHistory shows it. */
export function shownVersion(version: Version, name: string, decrypt: boolean | undefined, world: World) {
  return present({
    ...metadata(version, name),
    Value: shownValue(version, decrypt, world),
    Labels: version.labels,
  });
}

/** A parameter as DescribeParameters shows it. */
export function described(parameter: Parameter, version: Version) {
  return present({ ...metadata(version, parameter.name), ARN: parameter.arn });
}

function metadata(version: Version, name: string): Record<string, unknown> {
  return {
    Name: name,
    Type: version.type,
    KeyId: version.keyId,
    LastModifiedDate: seconds(version.modifiedAt),
    LastModifiedUser: version.modifiedBy,
    Description: version.description || undefined,
    AllowedPattern: version.allowedPattern || undefined,
    Version: version.number,
    Tier: version.tier,
    Policies: version.policies.map(({ text, type, status }) => ({
      PolicyText: text,
      PolicyType: type,
      PolicyStatus: status,
    })),
    DataType: version.dataType,
  };
}
