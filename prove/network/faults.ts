/** What happens on the way to a server, or to it, and what may be told of it. */
import type { Administrator } from '../crash/pictures.ts';
import type { Ground } from '../crash/places.ts';
import { failoverGround } from './failover.ts';
import type { Trouble, Way } from './proxy.ts';

export interface Fault {
  readonly name: string;
  /** Where it can be played; absent: everywhere. */
  readonly engines?: readonly string[];
  /** It begins before the first piece only. */
  readonly isFromTheStart?: true;
  /** Only one at a time, because it happens to the server. */
  readonly isAlone?: true;
  /** Of the function. */
  readonly seconds?: number;
  /** What a step that fails may tell; absent: what is told of the way. */
  readonly codes?: readonly string[];
  /** Servers that the fault needs, for one case. */
  ground?(): Promise<Ground>;
  begin(scene: Scene): Promise<void>;
  end(scene: Scene): Promise<void>;
}

export interface Scene {
  readonly proxy: Way;
  readonly administrator: Administrator;
  readonly username: string;
  /** Pieces from the client before it begins. */
  readonly after: number;
}

export const onTheWayCodes = [
  'UNREACHABLE_TCP',
  'UNREACHABLE_TLS',
  'UNREACHABLE_LOGIN',
  'CONNECTION_LOST',
  'DEADLINE_EXCEEDED',
];

const onTheWay = (name: string, trouble: Trouble, more: Partial<Fault> = {}): Fault => ({
  name,
  begin: async ({ proxy, after }) => proxy.begin(trouble, after),
  end: async ({ proxy }) => proxy.end(),
  ...more,
});

const frozen = new Set<number>();
const signal = (pid: number, name: NodeJS.Signals) => {
  try {
    process.kill(pid, name);
  } catch (error) {
    // A process of a server may have ended meanwhile.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
};

export const faults: readonly Fault[] = [
  onTheWay('dropped', 'dropped'),
  onTheWay('half-open', 'half-open'),
  onTheWay('reset', 'reset'),
  onTheWay('restarted', 'restarted'),
  onTheWay('slow', 'slow'),
  onTheWay('wakes in 15 s', 'waking', { isFromTheStart: true, seconds: 30 }),
  onTheWay('another certificate', 'another certificate', {
    isFromTheStart: true,
    engines: ['postgres'],
    codes: ['UNREACHABLE_TLS'],
  }),
  {
    name: 'frozen (SIGSTOP)',
    engines: ['postgres', 'mysql', 'mariadb'],
    isAlone: true,
    async begin({ proxy, administrator, after, username }) {
      const pids = (await administrator.processes?.(username)) ?? (() => []);
      proxy.begin(undefined, after, () => {
        for (const pid of pids()) {
          frozen.add(pid);
          signal(pid, 'SIGSTOP');
        }
      });
    },
    async end({ proxy }) {
      for (const pid of frozen) signal(pid, 'SIGCONT');
      frozen.clear();
      proxy.end();
    },
  },
  {
    name: 'no slot is left',
    engines: ['postgres'],
    isFromTheStart: true,
    codes: ['UNREACHABLE_LOGIN'],
    begin: async ({ administrator, username }) => administrator.limit?.(username, 0),
    end: async ({ administrator, username }) => administrator.limit?.(username, 40),
  },
  {
    name: 'failover to a standby',
    engines: ['postgres'],
    isAlone: true,
    codes: [...onTheWayCodes, 'READ_ONLY'],
    ground: failoverGround,
    begin: async ({ administrator, proxy, after }) => administrator.failOver?.(proxy, after),
    async end({ administrator, proxy }) {
      await administrator.promoted?.();
      proxy.end();
    },
  },
  {
    name: 'read-only after a failover',
    engines: ['postgres'],
    isFromTheStart: true,
    codes: ['READ_ONLY'],
    begin: async ({ administrator, username }) => administrator.readOnly?.(username, true),
    end: async ({ administrator, username }) => administrator.readOnly?.(username, false),
  },
];
