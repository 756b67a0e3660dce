/** A PostgreSQL with a hot standby of its own, which takes over in the middle of a rotation: read-only at first, as after an endpoint has moved too soon. */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { bundleOf, exportOf, type Login, loadEngine } from '../../demo/engine.ts';
import { openStage } from '../../demo/stage.ts';
import { asSuperuser } from '../../local/servers/postgres/client.ts';
import { type PostgresServer, startPostgres } from '../../local/servers/postgres/server.ts';
import { startStandby } from '../../test/support/postgres-standby.ts';
import { functionsOf, type Ground } from '../crash/places.ts';
import { secretOf } from '../crash/stores.ts';
import type { Way } from './proxy.ts';

/** So long the standby answers, and takes no writes. */
const READ_ONLY_MS = 3_000;

export function failoverGround(): Promise<Ground> {
  return openStage(async (stage) => {
    const engine = await loadEngine('postgres');
    const primary = await startPostgres();
    stage.whenClosed(primary.stop);
    const standby = await startStandby(primary);
    stage.whenClosed(standby.stop);
    let leader: PostgresServer = primary;
    let promotion: Promise<unknown> | undefined;
    const asked = (text: string) => asSuperuser(leader, (client) => client.query(text));
    const promote = async () => {
      await sleep(READ_ONLY_MS);
      await asked('SELECT pg_promote()');
    };
    return {
      stage,
      title: `PostgreSQL ${primary.version} and its standby`,
      port: primary.port,
      administrator: {
        adorn: async () => {},
        picture: async () => [],
        setPassword: async (name, password) => void (await asked(`ALTER ROLE "${name}" PASSWORD '${password}'`)),
        async failOver(proxy: Way, after: number) {
          await standby.caughtUp();
          proxy.begin('reset', after, () => {
            proxy.lead(standby.port);
            leader = standby;
            promotion = promote();
          });
        },
        promoted: async () => void (await promotion),
        close: async () => {},
      },
      async plant({ reached }) {
        const { host, ca, caFile } = primary;
        const user = { username: 'app', password: randomBytes(24).toString('base64url') };
        await asked(`CREATE ROLE app LOGIN PASSWORD '${user.password}'`);
        const login = { engine: 'postgres', host, port: primary.port, dbname: 'postgres', ...user };
        const kept = await secretOf(stage, { ...login, port: reached?.port });
        const opens = (value: object) => engine.login({ ...login, ...value, port: leader.port } as Login, ca);
        return {
          kept,
          hasOutage: true,
          deadAfterMs: 0,
          opens: async (value) => (await opens(value)) === 'opened',
          restore: async () => {},
          remember: async () => {},
          leftOver: async () => undefined,
          ...functionsOf(stage, kept, {
            name: 'app',
            bundle: bundleOf('postgres'),
            exported: exportOf('single-user'),
            seconds: reached?.seconds ?? 0,
            env: { DATABASE_CA_BUNDLE: caFile },
          }),
        };
      },
      close: stage.close,
    };
  });
}
