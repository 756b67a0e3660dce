/** AWS IAM access keys, two for each user: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html. docs/providers/iam.md */
import { TargetMismatchError } from '../../rotation/errors.ts';
import { limitReached } from '../key-limit.ts';
import { isForeignUse } from '../known-key.ts';
import type { IssuingProvider, Key, KeyAccess } from '../provider.ts';
import { requireLivingCurrent } from '../same-rights.ts';
import { keySecretSchema } from '../secret.ts';

export interface AccessKey {
  readonly id: string;
  readonly secret: string;
}

/** IAM as the function's role, and STS as a key. */
export interface IamKeys {
  list(user: string, access: KeyAccess): Promise<readonly { id: string; createdAt: Date }[]>;
  /** Undefined: IAM knows of no use. */
  lastUse(id: string, access: KeyAccess): Promise<{ at: Date; service: string; region: string } | undefined>;
  /** 'limit': the user has two. */
  create(user: string, access: KeyAccess): Promise<AccessKey | 'limit'>;
  /** Already gone is success. */
  deactivate(user: string, id: string, access: KeyAccess): Promise<void>;
  /** Already gone is success. */
  remove(user: string, id: string, access: KeyAccess): Promise<void>;
  /** The ARN of whoever the key belongs to. AuthenticationError when it is refused. */
  ownerOf(key: AccessKey, access: KeyAccess): Promise<string>;
}

const schema = keySecretSchema({
  required: {
    user_name: 'give the name of the IAM user',
    access_key_id: 'give the id of the access key that works now',
    secret_access_key: 'give the secret access key that works now',
  },
  visible: ['user_name', 'access_key_id'],
});

/** The role of the function manages the keys, so an admin secret has nothing to hold. */
const adminSchema = keySecretSchema({ required: {}, visible: ['user_name'] });
type IamSecret = ReturnType<typeof schema.parse>;

export function iamProvider(iam: IamKeys): IssuingProvider<IamSecret> {
  const provider: IssuingProvider<IamSecret> = {
    name: 'iam',
    schema,
    adminSchema,
    withoutAdmin: 'role',
    sameTarget: ['user_name'],
    together: ['access_key_id', 'secret_access_key'],
    slots: 2,
    // "It can take several seconds": IAM is eventually consistent, https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html
    spreadMs: 20_000,
    freeing: 'aws iam delete-access-key --user-name <user_name> --access-key-id <id>',

    identify: async ({ access_key_id }) => access_key_id,

    async keys(access) {
      const keys = await iam.list(access.current.user_name, access);
      const described: Key[] = [];
      for (const { id, createdAt } of keys) {
        const use = await iam.lastUse(id, access);
        const isOwn = use?.service === 'sts' && !isForeignUse(use.at, createdAt);
        // What `verify` does counts for none: the key of an abandoned rotation was never used by anybody else.
        const used = use === undefined || isOwn ? 'never' : use.at;
        const usedBy = use === undefined || isOwn ? undefined : `${use.service} in ${use.region}`;
        described.push({ id, createdAt, lastUsed: used, usedBy });
      }
      return described;
    },

    async issue(_label, access, keys) {
      const { current } = access;
      // The role may make keys for many users. Whoever writes a secret gets one for a user whose key the secret has already.
      await requireLivingCurrent(provider, access);
      const made = await iam.create(current.user_name, access);
      if (made === 'limit') throw limitReached(provider, keys, current);
      return { ...current, access_key_id: made.id, secret_access_key: made.secret };
    },

    async verify(secret, access) {
      const { user_name, access_key_id, secret_access_key } = secret;
      const arn = await iam.ownerOf({ id: access_key_id, secret: secret_access_key }, access);
      if (/:user\/(?:.*\/)?([^/]+)$/.exec(arn)?.[1] === user_name) return;
      throw new TargetMismatchError(`the access key is not one of user ${user_name}`, {
        hint: 'correct user_name, or store a key of that user with put-secret-value',
      });
    },

    async revoke(id, access) {
      await iam.deactivate(access.current.user_name, id, access);
      await iam.remove(access.current.user_name, id, access);
    },
  };
  return provider;
}
