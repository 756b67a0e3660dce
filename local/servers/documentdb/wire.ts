/** MongoDB's messages: https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol/ */
import type { Document } from 'mongodb';
import { BSON } from 'mongodb';

const OP_REPLY = 1;
const OP_QUERY = 2004;
const OP_MSG = 2013;
const HEADER = 16;
/** OP_MSG: the sender wants no answer. */
const MORE_TO_COME = 2;

export interface Message {
  readonly id: number;
  readonly isLegacy: boolean;
  readonly wantsAnswer: boolean;
  /** The command, with `$db` in it. */
  readonly command: Document;
}

/** Takes whole messages off the front of what arrived, and gives what is left. Throws on what is no message. */
export function readMessages(arrived: Buffer): { messages: Message[]; rest: Buffer } {
  const messages: Message[] = [];
  let rest = arrived;
  while (rest.length >= 4) {
    const length = rest.readInt32LE(0);
    if (length < HEADER || length > 48_000_000) throw new Error('not a message');
    if (rest.length < length) break;
    messages.push(readMessage(rest.subarray(0, length)));
    rest = rest.subarray(length);
  }
  return { messages, rest };
}

function readMessage(bytes: Buffer): Message {
  const id = bytes.readInt32LE(4);
  const kind = bytes.readInt32LE(12);
  if (kind === OP_QUERY) {
    const nameEnd = bytes.indexOf(0, HEADER + 4);
    const $db = bytes.toString('utf8', HEADER + 4, nameEnd).split('.')[0];
    return { id, isLegacy: true, wantsAnswer: true, command: { ...document(bytes, nameEnd + 9).value, $db } };
  }
  if (kind !== OP_MSG) throw new Error(`unknown kind of message ${kind}`);
  const flags = bytes.readUInt32LE(HEADER);
  const end = flags & 1 ? bytes.length - 4 : bytes.length;
  const command: Document = {};
  for (let at = HEADER + 4; at < end; ) {
    const section = bytes[at];
    if (section === 0) {
      const { value, next } = document(bytes, at + 1);
      Object.assign(command, value);
      at = next;
    } else {
      const sectionEnd = at + 1 + bytes.readInt32LE(at + 1);
      const nameEnd = bytes.indexOf(0, at + 5);
      const list: Document[] = [];
      for (let from = nameEnd + 1; from < sectionEnd; ) {
        const { value, next } = document(bytes, from);
        list.push(value);
        from = next;
      }
      command[bytes.toString('utf8', at + 5, nameEnd)] = list;
      at = sectionEnd;
    }
  }
  return { id, isLegacy: false, wantsAnswer: (flags & MORE_TO_COME) === 0, command };
}

function document(bytes: Buffer, at: number): { value: Document; next: number } {
  const next = at + bytes.readInt32LE(at);
  return { value: BSON.deserialize(bytes.subarray(at, next), { promoteBuffers: true }), next };
}

export function answerTo(message: Message, answer: Document): Buffer {
  const body = BSON.serialize(answer);
  const fields = message.isLegacy ? Buffer.alloc(20) : Buffer.alloc(5);
  // One document follows.
  if (message.isLegacy) fields.writeInt32LE(1, 16);
  const header = Buffer.alloc(HEADER);
  header.writeInt32LE(HEADER + fields.length + body.length, 0);
  header.writeInt32LE(message.id, 8);
  header.writeInt32LE(message.isLegacy ? OP_REPLY : OP_MSG, 12);
  return Buffer.concat([header, fields, body]);
}
