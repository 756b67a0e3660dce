/**
 * A stand-in for DocumentDB, because no server of its kind can be installed everywhere. It speaks MongoDB's protocol over TLS
 * with SCRAM to the official driver, and keeps users, roles and documents in memory. It is not DocumentDB, and not MongoDB:
 * what it proves is that Rekey says the right commands and takes the answers right, not how a real server behaves.
 */
import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { Document } from 'mongodb';
import { listen } from '../../loopback.ts';
import { type LocalServer, type TlsOption, writeCertificate } from '../local-server.ts';
import { inFolder } from '../process.ts';
import { run } from './commands.ts';
import { createUsers } from './users.ts';
import { answerTo, readMessages } from './wire.ts';
import { CommandError, type Nature, type Session, type World } from './world.ts';

export interface DocumentDbOptions extends Partial<Nature> {
  readonly tls?: TlsOption;
}

export interface DocumentDbStandIn extends LocalServer {
  /** Logins that opened since it started; of clients of this name, where one is given. */
  openedLogins(appName?: string): number;
  /** Logins refused since it started, to anybody. */
  refusedLogins(): number;
  /** Connections that clients of this name hold. */
  openSessions(appName: string): number;
  /** Ends every connection, as a failover does. */
  disconnectAll(): void;
}

export function startDocumentDb(options: DocumentDbOptions = {}): Promise<DocumentDbStandIn> {
  return inFolder('documentdb', (folder) => start(folder, options));
}

async function start(folder: string, options: DocumentDbOptions): Promise<DocumentDbStandIn> {
  const { tls = true, amazon = false, ...nature } = options;
  const superuser = { username: 'primary', password: randomBytes(24).toString('base64url') };
  const users = createUsers({ oneDatabase: amazon });
  users.put(superuser.username, 'admin', { password: superuser.password, roles: [{ role: 'root', db: 'admin' }] });
  const world: World = {
    users,
    collections: new Map(),
    version: '5.0',
    isWritable: true,
    restrictions: false,
    looksAtItself: !amazon,
    ...nature,
    amazon,
    refuses: { ...(amazon && { createRole: 303 }), ...nature.refuses },
    openedLogins: new Map(),
    refusedLogins: 0,
  };
  const open = new Map<Socket, Session>();
  const { ca, caFile, certificate, key } = writeCertificate(folder, tls);
  const serve = (socket: Socket) => serveOne(socket, open, world);
  const server = tls === false ? createServer(serve) : createTlsServer({ cert: certificate, key }, serve);
  const port = await listen(server);
  const disconnectAll = () => {
    for (const socket of open.keys()) socket.destroy();
  };

  return {
    host: 'localhost',
    port,
    superuser,
    ca,
    caFile,
    openedLogins: (appName) =>
      [...world.openedLogins]
        .filter(([name]) => appName === undefined || appName === name)
        .reduce((sum, [, count]) => sum + count, 0),
    refusedLogins: () => world.refusedLogins,
    openSessions: (appName) => [...open.values()].filter((session) => session.appName === appName).length,
    disconnectAll,
    async stop() {
      const stopped = new Promise((resolve) => server.close(resolve));
      disconnectAll();
      await stopped;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function serveOne(socket: Socket, open: Map<Socket, Session>, world: World): void {
  const session: Session = {};
  let arrived: Buffer = Buffer.alloc(0);
  open.set(socket, session);
  socket.on('error', () => {});
  socket.on('close', () => open.delete(socket));
  socket.on('data', (bytes: Buffer) => {
    try {
      const { messages, rest } = readMessages(Buffer.concat([arrived, bytes]));
      arrived = rest;
      for (const message of messages) {
        const answer = answered(message.command, session, world);
        if (message.wantsAnswer) socket.write(answerTo(message, answer));
      }
    } catch {
      socket.destroy();
    }
  });
}

function answered(command: Document, session: Session, world: World): Document {
  try {
    return { ...run(command, session, world), ok: 1 };
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return { ok: 0, errmsg: error.message, code: error.code, codeName: error.codeName };
  }
}
