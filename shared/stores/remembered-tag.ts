import type { SecretVersions } from '../rotation/versions.ts';

/** A tag that the description of a secret tells on the way, so that it costs no call. */
export interface RememberedTag extends Pick<SecretVersions, 'describe'> {
  /** Undefined: not described yet, or without it. */
  of(id: string): string | undefined;
}

export function rememberedTag(versions: SecretVersions, name: string): RememberedTag {
  const tags = new Map<string, string>();
  return {
    of: (id) => tags.get(id),
    async describe(id) {
      const secret = await versions.describe(id);
      const tag = secret.tags?.[name];
      if (tag) tags.set(id, tag);
      return secret;
    },
  };
}
