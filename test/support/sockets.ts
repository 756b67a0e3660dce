/** Servers that are none: a port that nobody listens on, and one that takes connections and says nothing. */
import { createServer, type Server } from 'node:net';

export async function deadPort(): Promise<number> {
  const server = await listening(createServer());
  const { port } = server;
  server.close();
  return port;
}

export async function silentServer() {
  return listening(createServer((socket) => socket.on('error', () => {})));
}

async function listening(server: Server): Promise<{ port: number; close(): void }> {
  const sockets = new Set<{ destroy(): void }>();
  server.on('connection', (socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as { port: number }).port,
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
