import { connect } from 'node:net';

/** Does anything take a TCP connection there? The driver does not tell how far it got when nobody answered. */
export async function acceptsConnection(at: { host: string; port: number }, milliseconds: number): Promise<boolean> {
  const answer = Promise.withResolvers<boolean>();
  const socket = connect({ host: at.host, port: at.port });
  socket.setTimeout(milliseconds, () => answer.resolve(false));
  socket.once('connect', () => answer.resolve(true));
  socket.once('error', () => answer.resolve(false));
  try {
    return await answer.promise;
  } finally {
    socket.destroy();
  }
}
