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

interface Entry {
  now: Secret;
  before: Secret | undefined;
  /** How many reads still see `before`. */
  lag: number;
}

export function secretStore(account: Account, faults: Pick<SecretsManagerFaults, 'staleReads'>): SecretStore {
  const entries = new Map<string, Entry>();

  /** Past its recovery window a secret is gone. */
  function isGone({ now: { deletion } }: Entry): boolean {
    return deletion !== undefined && account.now() >= deletion.purgeAt;
  }

  function findEntry(id: string): Entry | undefined {
    const named = isNamedBy(id);
    return liveEntries().find(({ now }) => named(now));
  }

  function liveEntries(): Entry[] {
    for (const [arn, entry] of entries) if (isGone(entry)) entries.delete(arn);
    return [...entries.values()];
  }

  function getEntry(id: string): Entry {
    checkSecretId(id);
    const entry = findEntry(id);
    if (!entry) throw errors.secretNotFound();
    return entry;
  }

  const store: SecretStore = {
    all: () => liveEntries().map(({ now }) => now),

    find: (id) => findEntry(id)?.now,

    get: (id) => getEntry(id).now,

    getLive(id) {
      const secret = store.get(id);
      if (secret.deletion) throw errors.deleted();
      return secret;
    },

    read(id) {
      const entry = getEntry(id);
      if (Math.min(entry.lag, faults.staleReads) <= 0) return entry.now;
      entry.lag -= 1;
      if (!entry.before) throw errors.secretNotFound();
      return entry.before;
    },

    save(secret) {
      const now = prune({ ...secret, changedAt: account.now() }, account.now());
      entries.set(now.arn, { now, before: entries.get(now.arn)?.now, lag: faults.staleReads });
      return now;
    },

    note(arn, change) {
      const entry = entries.get(arn);
      if (entry) entry.now = change(entry.now);
    },

    remove: (arn) => void entries.delete(arn),

    settle(arn) {
      const entry = entries.get(arn);
      if (entry) entry.lag = 0;
    },

    clear: () => entries.clear(),
  };
  return store;
}
