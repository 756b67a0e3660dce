import { describe, expect, it } from 'vitest';
import { cloudWatchLogs } from '../../../../local/services/logs/service.ts';

/** Five lines in two streams: a second apart, and the third one in the other stream. */
const lines = ['one', 'two', 'three', 'four "x"', 'five'].map((message, index) => ({
  eventId: String(index),
  timestamp: index * 1000,
  message,
  logStreamName: index === 2 ? 'other' : 'stream',
  region: 'eu-west-1',
}));
const known = (name: string, region: string) => name === 'talker' && region === 'eu-west-1';
const logs = cloudWatchLogs({ lines: (name, region) => (known(name, region) ? lines : undefined) });
const group = { logGroupName: '/aws/lambda/talker' };

interface Answer {
  readonly events: readonly { readonly message: string }[];
  readonly nextToken?: string;
  readonly nextForwardToken?: string;
  readonly nextBackwardToken?: string;
}
const call = async (operation: string, input: object, region = 'eu-west-1') =>
  (await logs.call(operation, { ...group, ...input }, { region })) as unknown as Answer;
const told = ({ events }: Answer) => events.map(({ message }) => message.split(' ')[0]).join(' ');

describe('the log of a function', () => {
  it.each([
    [{}, 'one two three four five'],
    [{ startTime: 1000, endTime: 3000 }, 'two three four'],
    [{ logStreamNames: ['other'] }, 'three'],
    [{ logStreamNamePrefix: 'str' }, 'one two four five'],
    [{ filterPattern: 'f e' }, 'five'],
    [{ filterPattern: '"our "' }, 'four'],
    [
      { logGroupName: undefined, logGroupIdentifier: 'arn:aws:logs:eu-west-1:1:log-group:/aws/lambda/talker:*' },
      'one two three four five',
    ],
  ])('filtered by %j', async (input, expected) => {
    expect(told(await call('FilterLogEvents', input))).toBe(expected);
  });

  it('comes in pages', async () => {
    const first = await call('FilterLogEvents', { limit: 3 });
    const second = await call('FilterLogEvents', { limit: 3, nextToken: first.nextToken });

    expect([told(first), told(second), second.nextToken]).toEqual(['one two three', 'four five', undefined]);
  });

  it('of one stream begins with its latest, or with its head, and goes on until the token stays', async () => {
    const stream = { logStreamName: 'stream', limit: 3 };
    const latest = await call('GetLogEvents', stream);
    const head = await call('GetLogEvents', { ...stream, startFromHead: true });
    const rest = await call('GetLogEvents', { ...stream, nextToken: head.nextForwardToken });
    const end = await call('GetLogEvents', { ...stream, nextToken: rest.nextForwardToken });
    const before = await call('GetLogEvents', { ...stream, endTime: 3000 });

    expect([latest, head, rest, end, before].map(told)).toEqual([
      'two four five',
      'one two four',
      'five',
      '',
      'one two',
    ]);
    expect(end.nextForwardToken).toBe(rest.nextForwardToken);
  });

  it('of one stream come backwards, each once, until the token stays', async () => {
    const stream = { logStreamName: 'stream', limit: 3 };
    const latest = await call('GetLogEvents', stream);
    const before = await call('GetLogEvents', { ...stream, nextToken: latest.nextBackwardToken });
    const start = await call('GetLogEvents', { ...stream, nextToken: before.nextBackwardToken });
    const again = await call('GetLogEvents', { ...stream, nextToken: before.nextForwardToken });

    expect([latest, before, start, again].map(told)).toEqual(['two four five', 'one', '', 'two four five']);
    expect(start.nextBackwardToken).toBe(before.nextBackwardToken);
  });

  it('lists its streams', async () => {
    const answer = await call('DescribeLogStreams', {});

    expect(answer).toEqual({ logStreams: [{ logStreamName: 'stream' }, { logStreamName: 'other' }] });
  });

  it.each([
    ['FilterLogEvents', { filterPattern: '{ $.level = "ERROR" }' }, 'InvalidParameterException'],
    ['FilterLogEvents', { filterPattern: 'a -b' }, 'InvalidParameterException'],
    ['FilterLogEvents', { nextToken: 'x' }, 'InvalidParameterException'],
    ['GetLogEvents', { logStreamName: 'stream', nextToken: 'x' }, 'InvalidParameterException'],
    ['FilterLogEvents', { logGroupName: '/aws/lambda/nobody' }, 'ResourceNotFoundException'],
    ['FilterLogEvents', { logGroupName: 'talker' }, 'ResourceNotFoundException'],
  ])('%s refuses %j', async (operation, input, code) => {
    await expect(call(operation, input)).rejects.toMatchObject({ code });
  });

  it('is not there in another region', async () => {
    await expect(call('FilterLogEvents', {}, 'us-east-1')).rejects.toMatchObject({ code: 'ResourceNotFoundException' });
  });
});
