import { listOf, mapOf, options, type Shape, structure, text } from '../../aws/shapes.ts';

/** A form has no empty list or map: clients send the bare name, `Tags=`. https://smithy.io/2.0/aws/protocols/aws-query-protocol.html */
const orEmpty =
  <T>(empty: unknown, shape: Shape<T>): Shape<T> =>
  (value, at, problems) =>
    shape(value === '' ? empty : value, at, problems);
const list = <T>(shape: Shape<T>) => orEmpty([], listOf(shape));
const map = <T>(shape: Shape<T>) => orEmpty({}, mapOf(shape));

/** What operations share, with the limits of the service's model. */
export const any = text({});
export const tagKey = text({ min: 1, max: 128 });
export const tagKeys = list(tagKey);
export const tags = list(structure({ Key: tagKey, Value: text({ max: 256 }) }));
export const attributes = map(any);

/** Of one message, alone or in a batch. */
const content = {
  Subject: any,
  MessageStructure: any,
  MessageDeduplicationId: any,
  MessageGroupId: any,
  MessageAttributes: map(structure({ DataType: any }, { StringValue: any, BinaryValue: any })),
};
export const publication = options({ ...content, TopicArn: any, TargetArn: any, Message: any });
export const batchEntries = list(structure({ Id: any, Message: any }, content));

type Parsed<S> = S extends Shape<infer T> ? T : never;
export type Publication = Omit<Parsed<typeof publication>, 'TopicArn' | 'TargetArn'>;
export type BatchEntry = Parsed<typeof batchEntries>[number];
