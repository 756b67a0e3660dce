import { AwsError } from '../../aws/aws-error.ts';
import { fromJson } from '../../aws/json-text.ts';
import type { Publication } from './members.ts';
import { invalid } from './topics.ts';

export interface MessageAttribute {
  readonly Type: string;
  readonly Value: string;
}

export interface Message {
  readonly messageId: string;
  readonly topicArn: string;
  readonly subject?: string;
  /** With MessageStructure=json the text of http, else of all protocols. */
  readonly message: string;
  /** With MessageStructure=json: the texts of the protocols, and `default`. */
  readonly texts?: Readonly<Record<string, string>>;
  readonly attributes: Readonly<Record<string, MessageAttribute>>;
  /** ISO 8601. */
  readonly publishedAt: string;
}

export const limit = 262_144;

/** Checks what was published, in the service's order and words. */
export function parseMessage(
  input: Publication,
  identity: Pick<Message, 'messageId' | 'topicArn' | 'publishedAt'>,
): Message {
  const { Message: text, Subject: subject } = input;
  if (!text) throw invalid('Empty message');
  // https://docs.aws.amazon.com/sns/latest/api/API_Publish.html: printable ASCII, no line break, at most 100 characters.
  if (subject !== undefined && !/^(?! )[\x20-\x7e]{1,100}$/.test(subject)) throw invalid('Subject');
  const attributes = parseAttributes(input.MessageAttributes);
  if (size(text, attributes) > limit) throw invalid('Message too long');
  const texts = input.MessageStructure === 'json' ? parseTexts(text) : undefined;
  const message = texts ? (texts.http ?? texts.default ?? '') : text;
  return { ...identity, ...(subject !== undefined && { subject }), message, ...(texts && { texts }), attributes };
}

function parseAttributes(given: Publication['MessageAttributes'] = {}): Record<string, MessageAttribute> {
  const entries = Object.entries(given).map(([name, { DataType, StringValue, BinaryValue }]) => {
    const [, type] = /^(String|Number|Binary)(?:\..+)?$/.exec(DataType) ?? [];
    const about = `The message attribute '${name}'`;
    if (!type) {
      throw parameterValue(
        `${about} has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String.`,
      );
    }
    const [field, value, other] =
      type === 'Binary' ? ['Binary', BinaryValue, StringValue] : ['String', StringValue, BinaryValue];
    if (!value && other) throw parameterValue(`${about} with type '${DataType}' must use field '${field}'.`);
    if (value) return [name, { Type: DataType, Value: value }];
    throw parameterValue(
      `${about} must contain non-empty message attribute value for message attribute type '${DataType}'.`,
    );
  });
  return Object.fromEntries(entries);
}

const parameterValue = (message: string) => new AwsError('ParameterValueInvalid', message);

/** What this protocol is sent. */
export const textFor = ({ texts, message }: Message, protocol: string) =>
  texts?.[protocol] ?? texts?.default ?? message;

/** In bytes, with the names, types and values of its attributes. */
export function size(text: string, attributes: Record<string, MessageAttribute>): number {
  const parts = Object.entries(attributes).flatMap(([name, { Type, Value }]) => [name, Type, Value]);
  return [text, ...parts].reduce((sum, part) => sum + Buffer.byteLength(part), 0);
}

function parseTexts(text: string): Record<string, string> {
  const given = fromJson(text);
  if (given === undefined) throw invalid('Message Structure - JSON message body failed to parse');
  const texts = Object.entries(Object(given)).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  if (!texts.some(([name]) => name === 'default')) {
    throw invalid('Message Structure - No default entry in JSON message body');
  }
  return Object.fromEntries(texts);
}
