/**
 * What comes from a server is looked at before the driver's parsers believe it: in two places one spoilt byte would keep the thread busy
 * without an end. So it was in mongodb 6.9 (with bson 6.10), and the first is in 7.9.
 */
// @ts-expect-error: the driver publishes no types of what its own files share.
import shared from 'mongodb/lib/bson.js';
// @ts-expect-error: the same.
import { OpReply } from 'mongodb/lib/cmap/commands.js';

interface Reply {
  /** What follows the header of the message. */
  readonly data: Buffer;
  parse(): unknown;
}

type Elements = (bytes: Uint8Array, offset?: number) => unknown;

/** Where the number of documents stands, what comes before them, and what an empty one takes: https://www.mongodb.com/docs/manual/legacy-opcodes/#op_reply */
const [COUNT_AT, HEAD, SMALLEST] = [16, 20, 5];
/** More than a parser steps over an end: two ends of texts. */
const PADDING = 8;

const replies: Reply = OpReply.prototype;
const { parse } = replies;

/** It would make room for as many documents as the reply says that it has. */
replies.parse = function () {
  const most = Math.floor((this.data.length - HEAD) / SMALLEST);
  if (this.data.readInt32LE(COUNT_AT) > most) throw new RangeError('a reply names more documents than it holds');
  return parse.call(this);
};

const library: { parseToElementsToArray: Elements } = shared;
const { parseToElementsToArray: elementsOf } = library;

/** It would look for the NUL at the end of a name beyond the end of all bytes, for ever. So it finds one there. */
library.parseToElementsToArray = (bytes, offset = 0) => {
  const end =
    bytes.length < offset + SMALLEST ? 0 : offset + new DataView(bytes.buffer, bytes.byteOffset).getInt32(offset, true);
  // A size that cannot be is refused before anything is looked for.
  if (end < offset || end > bytes.length) return elementsOf(bytes, offset);
  const padded = new Uint8Array(end + PADDING);
  padded.set(bytes.subarray(0, end));
  return elementsOf(padded, offset);
};
