import { lagging } from '../../aws/lagging.ts';
import type { Account, SecretsManagerFaults } from '../../aws/service.ts';
import { errors } from './errors.ts';
import { checkSecretId, isNamedBy } from './names.ts';
import { prune, type Secret } from './secret.ts';

export type SecretStore = ReturnType<typeof secretStore>;

/** The account's secrets. A secret id is a name, an ARN, or an ARN without its suffix. */
export function secretStore(account: Account, faults: Pick<SecretsManagerFaults, 'staleReads'>) {
  const secrets = lagging<Secret>(faults);

  /** Past its recovery window a secret is gone. */
  function all(): Secret[] {
    const isGone = ({ deletion }: Secret) => deletion !== undefined && account.now() >= deletion.purgeAt;
    for (const secret of secrets.values()) if (isGone(secret)) secrets.delete(secret.arn);
    return secrets.values();
  }

  const find = (id: string) => all().find(isNamedBy(id));

  /** Refuses what the service refuses: a bad name, an unknown secret. */
  function get(id: string): Secret {
    checkSecretId(id);
    const secret = find(id);
    if (!secret) throw errors.secretNotFound();
    return secret;
  }

  return {
    all: all as () => readonly Secret[],
    find,
    get,

    /** As `get`, and refuses a secret that is marked for deletion. */
    getLive(id: string): Secret {
      const secret = get(id);
      if (secret.deletion) throw errors.deleted();
      return secret;
    },

    /** As `get`, but a read may lag behind the latest write. */
    read(id: string): Secret {
      const seen = secrets.read(get(id).arn);
      if (!seen) throw errors.secretNotFound();
      return seen;
    },

    /** A write: moves LastChangedDate, forgets surplus versions. */
    save(secret: Secret): Secret {
      const now = prune({ ...secret, changedAt: account.now() }, account.now());
      secrets.set(now.arn, now);
      return now;
    },

    /** Notes something that is no write, such as the day of a read. */
    note: secrets.amend,
    remove: secrets.delete,
    settle: secrets.settle,
    clear: secrets.clear,
  };
}
