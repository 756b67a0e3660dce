/** A port of this machine that answers no SYN, like a host behind a firewall that drops packets. Linux only. */
import { connect, type Socket } from 'node:net';
import { Worker } from 'node:worker_threads';

export interface DroppingHost {
  readonly host: '127.0.0.1';
  readonly port: number;
  close(): Promise<void>;
}

/** Listens, then sleeps for good: it accepts nothing, and Linux drops what does not fit into the queue. */
const sleeper = `
  const { parentPort } = require('node:worker_threads');
  const server = require('node:net').createServer();
  server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
    parentPort.postMessage(server.address().port);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  });
`;

export async function droppingHost(): Promise<DroppingHost> {
  const worker = new Worker(sleeper, { eval: true });
  const port = await new Promise<number>((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
  const queued: Socket[] = [];
  const close = async () => {
    for (const socket of queued) socket.destroy();
    await worker.terminate();
  };
  for (let full = false; !full; ) {
    if (queued.length === 16) {
      await close();
      throw new Error('this system takes connections that nobody accepts: no host that drops packets');
    }
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => {});
    queued.push(socket);
    full = !(await connectsSoon(socket));
  }
  return { host: '127.0.0.1', port, close };
}

/** On loopback a connection that is taken is taken at once. */
async function connectsSoon(socket: Socket): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => resolve(false), 250);
  socket.once('connect', () => resolve(true));
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
  }
}
