/** The ports of a rotation, with every outside call going through one function, which may hold it up, fail it or never answer. */
import type { DatabaseEngine, DatabaseSession } from '../../shared/databases/engine.ts';
import type { Transport } from '../../shared/keys/api/transport.ts';
import type { SecretVersions } from '../../shared/rotation/versions.ts';

export type OutsideCall = <T>(name: string, work: () => Promise<T>) => Promise<T>;

export interface OutsideCalls {
  versions(port: SecretVersions): SecretVersions;
  engine(port: DatabaseEngine): DatabaseEngine;
  transport(port: Transport): Transport;
  /** Ends what the dead process held open, as its operating system would. */
  bury(): Promise<void>;
}

export function outsideCalls(call: OutsideCall): OutsideCalls {
  const sessions = new Set<DatabaseSession>();
  const watched = (session: DatabaseSession): DatabaseSession => {
    sessions.add(session);
    return {
      get proven() {
        return session.proven;
      },
      get exclusive() {
        return session.exclusive ?? false;
      },
      ping: () => call('ping', () => session.ping()),
      setPassword: async (...args) => {
        const takeBack = await call('setPassword', () => session.setPassword(...args));
        return () => call('takeBack', takeBack);
      },
      cloneUser: (...args) => call('cloneUser', () => session.cloneUser(...args)),
      ...(session.holdCutOver && {
        holdCutOver: (username) => call('holdCutOver', async () => session.holdCutOver?.(username)),
      }),
      ...(session.opens && {
        opens: (...args) => call('opens', async () => (await session.opens?.(...args)) ?? false),
      }),
      ...(session.addPassword && {
        addPassword: (...args) => call('addPassword', async () => session.addPassword?.(...args)),
      }),
      ...(session.discardOldPassword && {
        discardOldPassword: () =>
          call('discardOldPassword', async () => (await session.discardOldPassword?.()) ?? false),
      }),
      ...(session.rehearsal && { rehearsal: session.rehearsal }),
      privileges: () => call('privileges', () => session.privileges()),
      close: () =>
        call('close', async () => {
          sessions.delete(session);
          await session.close();
        }),
    };
  };

  return {
    versions: (port) => ({
      // No call of its own: what is read then is killed where it is asked for.
      foresee: (...args) => port.foresee?.(...args),
      describe: (id) => call('describe', () => port.describe(id)),
      read: (...args) => call(`read ${args[1]}`, () => port.read(...args)),
      put: (...args) => call('put', () => port.put(...args)),
      promote: (...args) => call('promote', () => port.promote(...args)),
      ...(port.markPending && {
        markPending: (...args) => call('markPending', async () => port.markPending?.(...args)),
      }),
      dropPending: (...args) => call('dropPending', () => port.dropPending(...args)),
      async *unlabelled(id) {
        const all = await call('unlabelled', () => Array.fromAsync(port.unlabelled(id)));
        yield* all;
      },
    }),
    engine: (port) => ({
      ...port,
      connect: async (login, ctx) => {
        const session = await call(`connect ${login.username}`, () => port.connect(login, ctx).then(watched));
        return session;
      },
    }),
    transport: (port) => (request) => call(`${request.method} ${request.url.pathname}`, () => port(request)),
    async bury() {
      for (const session of sessions) await session.close();
      sessions.clear();
    },
  };
}
