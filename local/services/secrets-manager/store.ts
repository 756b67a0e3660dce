import type { lagging } from '../../aws/lagging.ts';
import { type Account, arnOf } from '../../aws/service.ts';
import { errors } from './errors.ts';
import { checkSecretId, isNamedBy } from './names.ts';
import { type ReplicaRegion, replicaOf } from './regions.ts';
import { prune, type Secret } from './secret.ts';

export type SecretStore = ReturnType<typeof secretStore>;

/** The secrets of the account's region among those of all, which `own` changes. A secret id is a name, an ARN, or an ARN without its suffix. */
export function secretStore(
  account: Account,
  secrets: ReturnType<typeof lagging<Secret>>,
  own = arnOf(account, 'secretsmanager', ''),
) {
  /** Past its recovery window a secret is gone. */
  function all(): Secret[] {
    const isGone = ({ deletion }: Secret) => deletion !== undefined && account.now() >= deletion.purgeAt;
    for (const secret of secrets.values(own)) if (isGone(secret)) secrets.delete(secret.arn);
    return secrets.values(own);
  }

  /** Among ten thousand, a whole ARN finds its secret without a look at the others. */
  function find(id: string): Secret | undefined {
    const known = id.startsWith(own) ? secrets.get(id) : undefined;
    return known?.deletion === undefined && known ? known : all().find(isNamedBy(id));
  }

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

    /** As `get`, and refuses a secret that is marked for deletion, and a replica: those are changed in their primary's region. */
    getLive(id: string, mayBeReplica = false): Secret {
      const secret = get(id);
      if (secret.deletion) throw errors.deleted();
      if (secret.primaryArn && !mayBeReplica) throw errors.replica();
      return secret;
    },

    /** The secret with further replicas. One fails where another secret has the name; with `force` that one goes. */
    replicated(secret: Secret, regions: readonly ReplicaRegion[] = [], force = false): Secret {
      const added = regions.map(({ Region: region, KmsKeyId: kmsKeyId = 'alias/aws/secretsmanager' }) => {
        const there = secrets.values(arnOf(account, 'secretsmanager', '', region));
        const other = there.find(({ name, primaryArn }) => name === secret.name && primaryArn !== secret.arn);
        if (other && force) secrets.delete(other.arn);
        return { region, kmsKeyId, isFailed: other !== undefined && !force };
      });
      const kept = secret.replicas.filter(({ region }) => !added.some((replica) => replica.region === region));
      return { ...secret, replicas: [...kept, ...added] };
    },

    /** As `get`, but a read may lag behind the latest write. */
    read(id: string): Secret {
      const seen = secrets.read(get(id).arn);
      if (!seen) throw errors.secretNotFound();
      return seen;
    },

    /** A write: moves LastChangedDate, forgets surplus versions, and reaches the replicas. */
    save(secret: Secret): Secret {
      const now = prune({ ...secret, changedAt: account.now() }, account.now());
      secrets.set(now.arn, now);
      for (const replica of now.replicas.filter(({ isFailed }) => !isFailed)) {
        const { arn } = replicaOf(now, replica);
        secrets.set(arn, replicaOf(now, replica, secrets.get(arn)));
      }
      return now;
    },

    /** Notes something that is no write, such as the day of a read. */
    note: secrets.amend,
    remove: secrets.delete,
    settle: secrets.settle,
  };
}
