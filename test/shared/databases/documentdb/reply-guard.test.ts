import { createServer } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { listen } from '../../../../local/loopback.ts';
import { documentdb } from '../../../../shared/databases/documentdb/documentdb.ts';
import { testContext } from '../../../support/context.ts';

/** OP_REPLY, to whatever was asked. */
function reply(request: Buffer, document: Buffer, documents = 1): Buffer {
  const head = Buffer.alloc(16 + 20);
  head.writeInt32LE(head.length + document.length, 0);
  head.writeInt32LE(request.readInt32LE(4), 8);
  head.writeInt32LE(1, 12);
  head.writeInt32LE(documents, 16 + 16);
  return Buffer.concat([head, document]);
}

/** A document of these elements, whose size is said to be that of all bytes. */
function document(...elements: readonly (number | string)[]): Buffer {
  const bytes = Buffer.concat(elements.map((one) => (typeof one === 'string' ? Buffer.from(one) : Buffer.of(one))));
  const size = Buffer.alloc(4);
  size.writeInt32LE(bytes.length + 4);
  return Buffer.concat([size, bytes]);
}

const [DOUBLE, BOOL, REGEX] = [1, 8, 11];
const empty = document(0);

it.each([
  ['names two thousand millions of documents', empty, 2 ** 31 - 1],
  ['has an element that begins where it ends', document(BOOL, 'a', 0, 0, BOOL, 'b', 0, 0), 1],
  ['has a value that ends where it ends', document(DOUBLE, 'a', 0, 'eightby', 0), 1],
  ['has a regular expression without an end', document(REGEX, 'a', 0, 'x', 0), 1],
  ['is smaller than a document', document(), 1],
])('a reply that %s cannot be used, and keeps nobody busy', async (_what, spoilt, documents) => {
  const server = createServer((socket) =>
    socket.on('error', () => {}).on('data', (request) => socket.write(reply(request, spoilt, documents))),
  );
  const port = await listen(server);
  onTestFinished(() => void server.close());
  const login = { engine: 'mongo', host: 'localhost', port, username: 'app', password: 'first', tls: false as const };
  const start = process.cpuUsage();

  const refused = documentdb.connect(login, testContext({ signal: AbortSignal.timeout(5_000), awake: true }));

  await expect(refused).rejects.toMatchObject({ name: expect.stringMatching(/Error$/), hint: expect.any(String) });
  expect(process.cpuUsage(start).user).toBeLessThan(5_000_000);
});
