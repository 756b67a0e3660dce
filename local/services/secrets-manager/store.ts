import { lagging } from '../../aws/lagging.ts';
import type { Account, SecretsManagerFaults } from '../../aws/service.ts';
import { errors } from './errors.ts';
import { checkSecretId, isNamedBy } from './names.ts';
import { prune, type Secret } from './secret.ts';

/** The account's secrets. A secret id is a name, an ARN, or an ARN without its suffix. */
export interface SecretStore {
  all(): readonly Secret[];
  find(id: string): Secret | undefined;
  /** Refuses what the service refuses: a bad name, an unknown secret. */
  get(id: string): Secret;
  /** As `get`, and refuses a secret that is marked for deletion. */
  getLive(id: string): Secret;
  /** As `get`, but a read may lag behind the latest write. */
  read(id: string): Secret;
  /** A write: moves LastChangedDate, forgets surplus versions. */
  save(secret: Secret): Secret;
  /** Notes something that is no write, such as the day of a read. */
  note(arn: string, change: (secret: Secret) => Secret): void;
  remove(arn: string): void;
  /** Ends the lag of a secret's latest write. */
  settle(arn: string): void;
  clear(): void;
}

export function secretStore(account: Account, faults: Pick<SecretsManagerFaults, 'staleReads'>): SecretStore {
  const secrets = lagging<Secret>(faults);

  /** Past its recovery window a secret is gone. */
  function all(): Secret[] {
    const isGone = ({ deletion }: Secret) => deletion !== undefined && account.now() >= deletion.purgeAt;
    for (const secret of secrets.values()) if (isGone(secret)) secrets.delete(secret.arn);
    return secrets.values();
  }

  const store: SecretStore = {
    all,

    find: (id) => all().find(isNamedBy(id)),

    get(id) {
      checkSecretId(id);
      const secret = store.find(id);
      if (!secret) throw errors.secretNotFound();
      return secret;
    },

    getLive(id) {
      const secret = store.get(id);
      if (secret.deletion) throw errors.deleted();
      return secret;
    },

    read(id) {
      const seen = secrets.read(store.get(id).arn);
      if (!seen) throw errors.secretNotFound();
      return seen;
    },

    save(secret) {
      const now = prune({ ...secret, changedAt: account.now() }, account.now());
      secrets.set(now.arn, now);
      return now;
    },

    note: secrets.amend,
    remove: secrets.delete,
    settle: secrets.settle,
    clear: secrets.clear,
  };
  return store;
}
