/** Secret versions in memory, with Secrets Manager's rules for labels. Reads may lag writes, as the service's do. */
import { randomUUID } from 'node:crypto';
import { StagingError } from '../../shared/rotation/errors.ts';
import type { VersionId } from '../../shared/rotation/versions.ts';
import type { TestStore } from './store.ts';

export interface Stored {
  value?: string;
  labels: string[];
}

export interface MemoryStore extends TestStore {
  /**
   * So many reads after each write still see what was there before it: each kind of read for itself, so that a description may be
   * fresh and a value stale. What was written before a rotation began has long been seen by all.
   */
  lag: number;
  tags: Record<string, string>;
  /** All versions, oldest first, as they are at this moment: what is written later does not change it. */
  stored(): ReadonlyMap<VersionId, Readonly<Stored>>;
  isRotationOn(): boolean;
}

export function memoryStore(
  initial: string | Map<VersionId, Stored>,
  newId: () => VersionId = randomUUID,
): MemoryStore {
  let now =
    typeof initial === 'string'
      ? new Map<VersionId, Stored>([[newId(), { value: initial, labels: ['AWSCURRENT'] }]])
      : initial;
  /** What a kind of read saw last, and how often it will see that again. */
  const views = new Map<string, { seen: Map<VersionId, Stored>; stale: number }>();
  let settled = now;
  let lag = 0;
  let rotationEnabled = true;

  const write = (change: (versions: Map<VersionId, Stored>) => void) => {
    const next = structuredClone(now);
    change(next);
    now = next;
    for (const view of views.values()) view.stale = lag;
  };
  const settle = () => {
    settled = now;
    views.clear();
  };
  const read = (kind: string) => {
    const view = views.get(kind) ?? { seen: settled, stale: lag };
    views.set(kind, view);
    if (view.stale-- <= 0) view.seen = now;
    return view.seen;
  };
  const foreseen = new Map<string, [VersionId, Stored] | undefined>();
  const find = (label: string, version?: VersionId) =>
    [...read(`${label} ${version}`)].find(([id, { labels }]) => labels.includes(label) && (version ?? id) === id);
  const take = (versions: Map<VersionId, Stored>, label: string) => {
    for (const stored of versions.values()) stored.labels = stored.labels.filter((each) => each !== label);
  };
  const moveCurrent = (versions: Map<VersionId, Stored>, to: Stored) => {
    const from = [...versions.values()].find(({ labels }) => labels.includes('AWSCURRENT'));
    take(versions, 'AWSPREVIOUS');
    take(versions, 'AWSCURRENT');
    from?.labels.push('AWSPREVIOUS');
    to.labels.push('AWSCURRENT');
  };
  const labelsOf = (versions: Map<VersionId, Stored>) =>
    Object.fromEntries(
      [...versions].filter(([, { labels }]) => labels.length > 0).map(([id, { labels }]) => [id, labels]),
    );

  const store: MemoryStore = {
    get lag() {
      return lag;
    },
    set lag(reads) {
      lag = reads;
      settle();
    },
    tags: {},
    secretId: 'memory/secret',
    versions: {
      describe: async (id) => ({
        arn: `arn:${id}`,
        name: id,
        rotationEnabled,
        labels: labelsOf(read('describe')),
        tags: store.tags,
      }),
      foresee(_id, reads) {
        // Each step is another process.
        foreseen.clear();
        for (const { label, version } of reads) foreseen.set(label, find(label, version));
      },
      async read(_id, label, version) {
        const first = foreseen.get(label);
        foreseen.delete(label);
        return first !== undefined && first[0] === version ? first[1].value : find(label, version)?.[1].value;
      },
      async put(_id, version, value) {
        const existing = now.get(version)?.value;
        if (existing !== undefined) return existing === value ? 'stored' : 'exists';
        write((versions) => {
          take(versions, 'AWSPENDING');
          versions.set(version, { value, labels: ['AWSPENDING'] });
        });
        return 'stored';
      },
      async promote(_id, version, from) {
        if (from === undefined || !now.get(from)?.labels.includes('AWSCURRENT')) {
          throw new StagingError('AWSCURRENT is elsewhere', { code: 'CURRENT_MOVED', hint: 'look again' });
        }
        write((versions) => moveCurrent(versions, versions.get(version) as Stored));
      },
      async markPending(_id, version, from) {
        const holder = [...now].find(([, { labels }]) => labels.includes('AWSPENDING'))?.[0];
        if (from === undefined ? holder !== undefined && holder !== version : holder !== from) {
          throw new StagingError('AWSPENDING is elsewhere', { code: 'ROTATION_UNFINISHED', hint: 'wait for its end' });
        }
        write((versions) => {
          take(versions, 'AWSPENDING');
          versions.get(version)?.labels.push('AWSPENDING');
        });
      },
      async dropPending(_id, version) {
        write((versions) => {
          const stored = versions.get(version);
          if (stored) stored.labels = stored.labels.filter((label) => label !== 'AWSPENDING');
        });
      },
      async *unlabelled() {
        for (const { value, labels } of [...now.values()].reverse())
          if (labels.length === 0 && value !== undefined) yield value;
      },
    },
    async begin() {
      // As the service does: it takes the label from no version but AWSCURRENT.
      if ([...now.values()].some(({ labels }) => labels.includes('AWSPENDING') && !labels.includes('AWSCURRENT'))) {
        throw new StagingError('a rotation is unfinished', { code: 'ROTATION_UNFINISHED', hint: 'abandon it' });
      }
      const token = newId();
      settle();
      rotationEnabled = true;
      write((versions) => {
        take(versions, 'AWSPENDING');
        versions.set(token, { labels: ['AWSPENDING'] });
      });
      return token;
    },
    abandon: async () => write((versions) => take(versions, 'AWSPENDING')),
    putCurrent: async (value) =>
      write((versions) => {
        take(versions, 'AWSPENDING');
        const stored: Stored = { value, labels: [] };
        versions.set(newId(), stored);
        moveCurrent(versions, stored);
      }),
    stored: () => now,
    isRotationOn: () => rotationEnabled,
    labels: async () => labelsOf(now),
    valueOf: async (version) => now.get(version)?.value,
    switchOff: async () => {
      rotationEnabled = false;
    },
  };
  return store;
}
