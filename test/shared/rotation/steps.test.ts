import { describe, expect, it } from 'vitest';
import { singleUserStrategy } from '../../../shared/databases/strategies/single-user.ts';
import { runStep } from '../../../shared/rotation/steps.ts';
import { timelessContext } from '../../support/context.ts';
import { memoryEngine, memoryServer } from '../../support/memory-engine.ts';
import type { Stored } from '../../support/memory-store.ts';
import { memoryStore } from '../../support/memory-store.ts';
import staging from '../../vectors/staging-labels.json' with { type: 'json' };

interface Vector {
  name: string;
  labels: Record<string, string[]>;
  empty?: string[];
  rotation?: string;
  step: string;
  cutover?: string;
  accepted?: string;
  after?: Record<string, string[]>;
  stored?: boolean;
  reports?: string[];
  code?: string;
}

describe('label vectors', () => {
  it.each((staging.vectors as Vector[]).map((vector) => [vector.name, vector] as const))(
    '%s',
    async (_name, vector) => {
      const world = worldOf(vector);

      const reports: string[] = [];
      const error = await runStep(vector.step, {
        strategy: singleUserStrategy(world.engine),
        versions: world.store.versions,
        ctx: timelessContext({ token: 'token' }),
        cutover: vector.cutover === 'finish' ? 'finish' : undefined,
        progress: { working: 'AWSCURRENT' },
        report: async ({ outcome }) => void reports.push(outcome),
      }).then(
        () => undefined,
        (thrown) => thrown,
      );

      expect(error?.code).toBe(vector.code);
      expect(sorted(await world.store.labels())).toEqual(sorted(vector.after ?? vector.labels));
      if (vector.reports !== undefined) expect(reports).toEqual(vector.reports);
      const token = await world.store.valueOf('token');
      if (vector.stored !== undefined) expect(token !== world.before.get('token')?.value).toBe(vector.stored);
      else expect(token).toBe(world.before.get('token')?.value);
    },
  );
});

function worldOf(vector: Vector) {
  const server = memoryServer();
  const value = (password: string) =>
    JSON.stringify({ engine: 'memory', host: server.host, username: 'app', password });
  server.users.set('app', { password: `password of ${vector.accepted ?? 'now'}`, rights: new Set() });
  const stored = new Map<string, Stored>();
  for (const [version, labels] of Object.entries(vector.labels)) {
    const isEmpty = vector.empty?.includes(version) ?? false;
    stored.set(version, { labels: [...labels], ...(isEmpty ? {} : { value: value(`password of ${version}`) }) });
  }
  const store = memoryStore(stored);
  if (vector.rotation === 'off') void store.switchOff();
  return { engine: memoryEngine(server), store, before: structuredClone(stored) };
}

function sorted(labels: Record<string, readonly string[]>): Record<string, string[]> {
  return Object.fromEntries(Object.entries(labels).map(([version, all]) => [version, [...all].sort()]));
}
