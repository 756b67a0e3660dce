import { createHash } from 'node:crypto';
import type { Account } from '../../aws/service.ts';
import type { Publication } from './members.ts';
import { invalid, type Topic } from './topics.ts';

/** https://docs.aws.amazon.com/sns/latest/dg/fifo-message-dedup.html */
const WINDOW_MS = 300_000;
/** https://docs.aws.amazon.com/sns/latest/api/API_Publish.html: letters, digits and punctuation, at most 128. */
const ID = /^[\x21-\x7e]{1,128}$/;

/** What a topic asks of a message besides its text. */
export function ordered(account: Account) {
  const seen = new Map<string, { readonly said: { MessageId: string; SequenceNumber: string }; readonly at: number }>();
  let sequence = 10n ** 19n;
  return {
    /** How many messages a repetition would be told of. */
    remembered: () => seen.size,
    /** Gives the answer: to a repetition of what a FIFO topic took less than five minutes ago, the first one. Throws InvalidParameter. */
    accept(topic: Topic, input: Publication, MessageId: string) {
      const id = deduplicationId(topic, input);
      if (id === undefined) return { said: { MessageId }, isRepetition: false };
      const key = `${topic.arn} ${id}`;
      // The oldest come first.
      for (const [known, { at }] of seen) {
        if (account.now() - at < WINDOW_MS) break;
        seen.delete(known);
      }
      const first = seen.get(key);
      if (first) return { said: first.said, isRepetition: true };
      sequence += 1n;
      const said = { MessageId, SequenceNumber: String(sequence) };
      seen.set(key, { said, at: account.now() });
      return { said, isRepetition: false };
    },
  };
}

/** Throws InvalidParameter. Undefined of a standard topic, which hands a group on to queues, and takes no deduplication id. */
export function deduplicationId({ isFifo, attributes }: Topic, input: Publication): string | undefined {
  const { MessageGroupId: group, MessageDeduplicationId: given, Message: text } = input;
  if (isFifo && group === undefined) throw invalid('The MessageGroupId parameter is required for FIFO topics');
  if (group !== undefined && !ID.test(group)) throw invalid('MessageGroupId');
  if (!isFifo) {
    if (given === undefined) return undefined;
    throw invalid(
      'MessageDeduplicationId Reason: The request includes MessageDeduplicationId parameter that is not valid for this topic type',
    );
  }
  if (given !== undefined) {
    if (!ID.test(given)) throw invalid('MessageDeduplicationId');
    return given;
  }
  if (attributes.get('ContentBasedDeduplication') === 'true') {
    return createHash('sha256')
      .update(text ?? '')
      .digest('hex');
  }
  throw invalid(
    'The topic should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly',
  );
}
