import { AwsError } from '../../aws/aws-error.ts';
import { invalid } from './topics.ts';

export interface MessageAttribute {
  readonly Type: string;
  readonly Value: string;
}

export interface Message {
  readonly messageId: string;
  readonly topicArn: string;
  readonly subject?: string;
  /** For subscribers over http. With MessageStructure=json that protocol's text, else the message itself. */
  readonly message: string;
  readonly attributes: Readonly<Record<string, MessageAttribute>>;
  /** ISO 8601. */
  readonly publishedAt: string;
}

const limit = 262_144;

type Wire = Partial<Record<'DataType' | 'StringValue' | 'BinaryValue', string>>;

/** Checks what was published, in the service's order and words. */
export function parseMessage(
  input: Record<string, unknown>,
  identity: Pick<Message, 'messageId' | 'topicArn' | 'publishedAt'>,
): Message {
  const { Message: text, Subject: subject } = input;
  if (typeof text !== 'string' || text === '') throw invalid('Empty message');
  // https://docs.aws.amazon.com/sns/latest/api/API_Publish.html: printable ASCII, no line break, at most 100 characters.
  if (subject !== undefined && (typeof subject !== 'string' || !/^(?! )[\x20-\x7e]{1,100}$/.test(subject))) {
    throw invalid('Subject');
  }
  const attributes = parseAttributes(input.MessageAttributes);
  if (size(text, attributes) > limit) throw invalid('Message too long');
  const message = input.MessageStructure === 'json' ? forHttp(text) : text;
  return { ...identity, ...(subject !== undefined && { subject }), message, attributes };
}

function parseAttributes(value: unknown): Record<string, MessageAttribute> {
  const entries = Object.entries((value ?? {}) as Record<string, Wire>);
  return Object.fromEntries(
    entries.map(([name, { DataType = '', StringValue, BinaryValue }]) => {
      const content = DataType.startsWith('Binary') ? BinaryValue : StringValue;
      if (!/^(String|Number|Binary)(\..+)?$/.test(DataType)) {
        const prefixes = 'Binary, Number, String';
        throw parameterValue(
          `The message attribute '${name}' has an invalid message attribute type, the set of supported type prefixes is ${prefixes}.`,
        );
      }
      if (!content)
        throw parameterValue(
          `The message attribute '${name}' must contain non-empty message attribute value for message attribute type '${DataType}'.`,
        );
      return [name, { Type: DataType, Value: content }];
    }),
  );
}

const parameterValue = (message: string) => new AwsError('ParameterValueInvalid', message);

function size(text: string, attributes: Record<string, MessageAttribute>): number {
  const parts = Object.entries(attributes).flatMap(([name, { Type, Value }]) => [name, Type, Value]);
  return [text, ...parts].reduce((sum, part) => sum + Buffer.byteLength(part), 0);
}

function forHttp(text: string): string {
  const texts = parseStructure(text);
  if (typeof texts.default !== 'string') {
    throw invalid('Message Structure - No default entry in JSON message body');
  }
  return typeof texts.http === 'string' ? texts.http : texts.default;
}

function parseStructure(text: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(text));
  } catch {
    throw invalid('Message Structure - JSON message body failed to parse');
  }
}
