/** Whether the labels are where this rotation needs them, before it does anything. */
import type { StagingError } from './errors.ts';
import { patiently } from './pause.ts';
import type { Rotation } from './rotation.ts';
import type { SecretDescription, VersionId } from './versions.ts';

/**
 * The description, or what `refusalOf` says of it. A refusal is looked at again before it is believed: the description may be older than
 * the call that began this, or than what the person saw who asked for it.
 */
export async function admitted<S extends object>(
  { versions, ctx }: Rotation<S>,
  refusalOf: (secret: SecretDescription, token: VersionId) => StagingError | undefined,
): Promise<SecretDescription> {
  const look = async () => {
    const secret = await versions.describe(ctx.secretId);
    return { secret, refusal: refusalOf(secret, ctx.token) };
  };
  const { secret, refusal } = await patiently(look, ({ refusal }) => refusal === undefined, [100, 300], ctx.pause);
  if (refusal !== undefined) throw refusal;
  return secret;
}
