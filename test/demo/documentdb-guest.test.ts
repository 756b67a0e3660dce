/** `npm start -- --engine documentdb` on a server that is somebody's. */
import { fileURLToPath } from 'node:url';
import { type Document, MongoClient } from 'mongodb';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { DemoFigures } from '../../demo/demo.ts';
import { run } from '../local/command.ts';
import { amazon, type DocumentDbKind, type Place, secantus } from '../support/documentdb-places.ts';
import { unavailable } from '../support/servers.ts';

const main = fileURLToPath(new URL('../../demo/main.ts', import.meta.url));

describe('the demonstration at MONGODB_URI', () => {
  for (const kind of [amazon, secantus]) {
    const missing = kind.missing && unavailable({ engine: kind.engine, reason: kind.missing });

    it.skipIf(missing)(`rotates on ${kind.title}, shows no credential, and leaves nothing behind`, async () => {
      const { place, command } = await started(kind);

      const { status, stdout, stderr } = await demo(place);

      const figures = JSON.parse(stdout) as DemoFigures;
      expect([status, figures.held]).toEqual([0, true]);
      expect(figures.server).toBe(`the server at MONGODB_URI (localhost:${place.port})`);
      expect(figures.rotations.map(({ refusedLogins }) => refusedLogins)).toEqual([undefined, undefined]);
      expect(stdout + stderr).not.toContain(place.password);
      expect(stdout).not.toMatch(/"password"/);
      for (const name of ['rotator', 'orders', 'billing', 'billing_clone']) {
        expect((await command({ usersInfo: name })).users).toEqual([]);
      }
      const { roles = [] } = await command({ rolesInfo: 'changesOwnPassword' }).catch(() => ({ roles: [] }));
      expect(roles).toEqual([]);
    });
  }

  it('stops before it touches a user that it did not make, and takes away what it made until then', async () => {
    const { place, command } = await started(amazon);
    const roles = [{ role: 'read', db: 'theirs' }];
    await command({ createUser: 'billing_clone', pwd: 'somebody-elses', roles });

    const { status, stderr } = await demo(place);

    expect(status).toBe(1);
    expect(stderr).toContain(`localhost:${place.port} has a user billing_clone already`);
    expect((await command({ usersInfo: 'billing_clone' })).users).toMatchObject([{ roles }]);
    for (const name of ['rotator', 'orders', 'billing']) {
      expect((await command({ usersInfo: name })).users).toEqual([]);
    }
    await clientOf(place, { username: 'billing_clone', password: 'somebody-elses' }).connect();
  });
});

const demo = (place: Place) =>
  run(process.execPath, [main, '--engine', 'documentdb', '--json'], {
    MONGODB_URI: uriOf(place),
    MONGODB_CA_FILE: place.caFile,
  });

const uriOf = ({ username, password, host, port }: Place) =>
  `mongodb://${encodeURIComponent(username)}:${encodeURIComponent(password)}@${host}:${port}/`;

function clientOf({ host, port, ca }: Place, auth: { username: string; password: string }): MongoClient {
  const options = { auth, authSource: 'admin', directConnection: true, tls: true, ca };
  const client = new MongoClient(`mongodb://${host}:${port}/`, options);
  onTestFinished(() => client.close());
  return client;
}

async function started(kind: DocumentDbKind) {
  const place = await kind.start();
  onTestFinished(() => place.stop());
  const admin = clientOf(place, place);
  return { place, command: (command: Document): Promise<Document> => admin.db('admin').command(command) };
}
