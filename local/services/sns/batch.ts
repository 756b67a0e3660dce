import { AwsError } from '../../aws/aws-error.ts';
import type { BatchEntry } from './members.ts';
import { limit, type Message, size } from './message.ts';

/** What a batch as a whole must be. https://docs.aws.amazon.com/sns/latest/api/API_PublishBatch.html */
export function checkEntries(entries: readonly BatchEntry[]): void {
  if (entries.length === 0) throw new AwsError('EmptyBatchRequest', "The batch request doesn't contain any entries.");
  if (entries.length > 10) {
    throw new AwsError('TooManyEntriesInBatchRequest', 'The batch request contains more entries than permissible.');
  }
  for (const { Id } of entries) {
    if (Id.length > 80) throw invalidId(`is too long: ${Id}`);
    if (!/^[A-Za-z0-9_-]+$/.test(Id)) throw invalidId(`contains an impermissible character: ${Id}`);
  }
  if (new Set(entries.map(({ Id }) => Id)).size < entries.length) {
    throw new AwsError('BatchEntryIdsNotDistinct', 'Two or more batch entries in the request have the same Id.');
  }
}

const invalidId = (what: string) =>
  new AwsError('InvalidBatchEntryId', `The Id of a batch entry in the batch request ${what}`);

/** Throws BatchRequestTooLong: the limit of one message holds for all of them. */
export function checkTogether(messages: readonly Message[]): void {
  const total = messages.reduce((sum, { message, attributes }) => sum + size(message, attributes), 0);
  if (total <= limit) return;
  throw new AwsError('BatchRequestTooLong', 'The length of all the messages put together is more than the limit.');
}
