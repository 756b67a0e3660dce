/**
 * Stands in for a pooler of MySQL sessions such as ProxySQL: it greets with a session number of its own, and keeps the server's session when
 * its client has gone. It does not give that session to another client, and reads no TLS.
 */
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { connect, createServer } from 'node:net';

const COM_QUIT = Buffer.from([1, 0, 0, 0, 1]);
const isStatement = (chunk: Buffer) => chunk.length > 5 && chunk[3] === 0 && chunk[4] === 3;

/** `renumbers` false: it greets with the server's number, so that nothing tells of it. */
export async function sharingPooler(to: {
  readonly host: string;
  readonly port: number;
  readonly renumbers?: boolean;
}) {
  const kept: Socket[] = [];
  const statements: string[] = [];
  const listener = createServer((client) => {
    const backend = connect(to.port, to.host);
    kept.push(backend);
    backend.once('data', (greeting) => {
      const number = greeting.indexOf(0, 5) + 1;
      const more = to.renumbers === false ? 0 : 1_000_000;
      greeting.writeUInt32LE(greeting.readUInt32LE(number) + more, number);
      client.write(greeting);
      backend.on('data', (chunk) => client.write(chunk));
    });
    client.on('data', (chunk) => {
      if (isStatement(chunk)) statements.push(chunk.subarray(5).toString());
      if (chunk.equals(COM_QUIT)) client.end();
      else backend.write(chunk);
    });
    client.on('error', () => {});
    backend.on('error', () => {});
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const address = listener.address() as { port: number };
  return {
    host: '127.0.0.1',
    port: address.port,
    statements,
    /** The sessions of the server that are still there. */
    kept: () => kept.filter(({ destroyed, readyState }) => !destroyed && readyState === 'open').length,
    /** Says a statement on the session that is kept, as the next client would, and gives the bytes of the answer. */
    async say(statement: string) {
      const backend = kept.at(-1);
      if (backend === undefined) throw new Error('no client has come yet');
      const answer = once(backend, 'data');
      // Where the client has agreed on attributes of statements, their number comes first: none, in one set.
      const text = Buffer.from(statements.at(-1)?.startsWith('\0\x01') ? `\0\x01${statement}` : statement);
      const head = Buffer.from([0, 0, 0, 0, 3]);
      head.writeUIntLE(text.length + 1, 0, 3);
      backend.write(Buffer.concat([head, text]));
      return String((await answer)[0]);
    },
    async close() {
      for (const backend of kept) backend.destroy();
      listener.close();
      await once(listener, 'close');
    },
  };
}
