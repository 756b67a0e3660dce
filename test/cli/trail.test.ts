import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { onAccount } from '../../cli/account.ts';
import { history } from '../../cli/history.ts';
import { type Trail, trailOf } from '../../cli/trail.ts';
import { patience } from '../support/patience.ts';
import { tooWide } from './printed.ts';
import { type Recorded, startTrail } from './trail-server.ts';
import { startWorld } from './world.ts';

const ARN = 'arn:aws:secretsmanager:us-east-1:123456789012:secret:app-AbCdEf';
const TOKEN = '7ac47c8c-f328-423b-9698-6926dd1f293e';
const CANARY = 'S3CRET-canary';
/** CloudTrail tells whole seconds. */
const HOUR_AGO = Math.floor(Date.now() / 1000) * 1000 - 3_600_000;

const alice = { type: 'IAMUser', arn: 'arn:aws:iam::123456789012:user/Alice', userName: 'Alice' };
const admin = { type: 'AssumedRole', arn: 'arn:aws:sts::123456789012:assumed-role/Admin/alice@example.com' };
const service = { accountId: '123456789012', invokedBy: 'secretsmanager.amazonaws.com' };

/** A call, so many minutes after an hour ago. */
function called(eventName: string, minute: number, more: Record<string, unknown> = {}): Recorded {
  return {
    id: randomUUID(),
    record: {
      eventSource: 'secretsmanager.amazonaws.com',
      eventName,
      eventTime: new Date(HOUR_AGO + minute * 60_000).toISOString(),
      sourceIPAddress: '203.0.113.7',
      userIdentity: alice,
      requestParameters: { secretId: ARN, secretString: CANARY },
      responseElements: { arn: ARN, name: CANARY },
      ...more,
    },
  };
}

function said(eventName: string, minute: number, SecretId = ARN): Recorded {
  return called(eventName, minute, {
    userIdentity: service,
    sourceIPAddress: 'secretsmanager.amazonaws.com',
    requestID: `Rotation-${SecretId}-${TOKEN}`,
    requestParameters: null,
    responseElements: null,
    additionalEventData: { SecretId },
    errorMessage: CANARY,
  });
}

async function looked(
  recorded: readonly Recorded[],
  { refusal, days, arn = ARN, name = 'app' }: { refusal?: string; days?: number; arn?: string; name?: string } = {},
) {
  const server = await startTrail(recorded, { refusal: refusal ?? '' });
  onTestFinished(() => server.close());
  const terminal = { env: {}, signal: new AbortController().signal } as Parameters<typeof onAccount>[1];
  const place = { region: 'us-east-1', endpointUrl: server.url };
  const trail = await onAccount(place, terminal, (account) => trailOf(account, { arn, name }, days, 0));
  return { trail, asked: server.asked, names: trail?.events.map(({ event }) => event) };
}

describe('what CloudTrail says of a secret', () => {
  beforeAll(() => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIATEST');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
  });
  afterAll(() => vi.unstubAllEnvs());

  it('has who did it, from where, and the version that it was about, oldest first', async () => {
    const { trail } = await looked([
      said('RotationSucceeded', 3),
      called('UpdateSecretVersionStage', 2, {
        userIdentity: { ...admin, arn: 'arn:aws:sts::1:assumed-role/role/rekey-prod-a' },
        requestParameters: { secretId: ARN, versionStage: 'AWSCURRENT', moveToVersionId: TOKEN },
      }),
      called('RotateSecret', 1, {
        userIdentity: admin,
        requestParameters: { secretId: 'app', clientRequestToken: TOKEN },
        responseElements: { aRN: ARN, versionId: TOKEN },
      }),
      called('DeleteSecret', 0, { errorCode: 'AccessDenied', responseElements: null }),
    ]);

    const at = (minute: number) => new Date(HOUR_AGO + minute * 60_000).toISOString();
    expect(trail).toEqual({
      events: [
        ['DeleteSecret', null, null, 'Alice', '203.0.113.7', 'AccessDenied'],
        ['RotateSecret', TOKEN, null, 'Admin/alice@example.com', '203.0.113.7', null],
        ['UpdateSecretVersionStage', TOKEN, 'AWSCURRENT', 'role/rekey-prod-a', '203.0.113.7', null],
        ['RotationSucceeded', TOKEN, null, 'secretsmanager.amazonaws.com', 'secretsmanager.amazonaws.com', null],
      ].map(([event, version, label, by, from, code], minute) => {
        return { at: at(minute), event, version, label, by, from, code };
      }),
    });
    expect(JSON.stringify(trail)).not.toContain(CANARY);
  });

  it.each(['\x1b]0;owned\x07', 'x'.repeat(31), 'x'.repeat(65), `${TOKEN}\n`])(
    'shows no version that is none: %j',
    async (moveToVersionId) => {
      const refused = called('UpdateSecretVersionStage', 0, { requestParameters: { secretId: ARN, moveToVersionId } });

      expect((await looked([refused])).trail?.events).toMatchObject([{ version: null }]);
    },
  );

  it.each([
    ['another secret', said('RotationFailed', 0, ARN.replace('app', 'other'))],
    ['a secret that had the name before', called('PutSecretValue', 0, { responseElements: { arn: `${ARN}x` } })],
    ['the same name in another service', called('DeleteSecret', 0, { eventSource: 'other.amazonaws.com' })],
    ['reading it', { ...called('GetSecretValue', 0), resources: [ARN] }],
    ['something that is no record', { id: '1', record: { ...called('RotateSecret', 0).record, userIdentity: 'x' } }],
  ])('leaves out what is about %s', async (_, recorded) => {
    expect((await looked([recorded])).trail).toEqual({ events: [] });
  });

  it.each(['app', ARN, 'arn:aws:secretsmanager:us-east-1:123456789012:secret:app'])(
    'knows the secret that a refused call named %s',
    async (secretId) => {
      const refused = called('RotateSecret', 0, { requestParameters: { secretId }, responseElements: null });

      expect((await looked([refused])).names).toEqual(['RotateSecret']);
    },
  );

  it('asks for no more than 90 days, and for fewer on request', async () => {
    const { asked } = await looked([], { days: 400 });
    const { asked: fewer } = await looked([], { days: 7 });

    const days = ({ StartTime = 0 } = {}) => Math.round((Date.now() / 1000 - StartTime) / 86_400);
    expect([days(asked[0]), days(fewer[0])]).toEqual([90, 7]);
    expect(asked.every(({ LookupAttributes: [one] }) => one?.AttributeKey === 'EventName')).toBe(true);
  });

  it('reads page after page; in an account of thousands it stops, looks for the secret itself, and says so', async () => {
    const others = Array.from({ length: 260 }, (_, n) => said('RotationStarted', n / 10, `${ARN}${n}`));
    const deep = said('RotationStarted', 0.05);
    const found = await looked([...others.slice(0, 200), deep]);
    const old = { ...said('RotationStarted', -1), resources: [ARN] };
    const cut = await looked([...others, old]);

    expect(found.trail).toMatchObject({ events: [{ event: 'RotationStarted' }] });
    expect(found.trail).not.toHaveProperty('unread');
    expect(cut.names).toEqual(['RotationStarted']);
    expect(cut.trail?.unread).toMatch(/older ones may be missing\nhint: --since 7d/);
    const started = cut.asked.filter(({ LookupAttributes: [one] }) => one?.AttributeValue === 'RotationStarted');
    expect(started).toHaveLength(5);
  });

  it('says what right is missing, and is left out where there is no CloudTrail', async () => {
    const denied = await looked([], { refusal: 'AccessDeniedException' });
    const none = await looked([], { refusal: 'UnknownOperationException' });
    const other = await looked([], { refusal: 'UnsupportedOperationException' });

    expect(denied.trail?.unread).toMatch(
      /^CloudTrail was not read: LookupEvents of app is denied \(AccessDeniedException\)\nhint: .*"Action":"cloudtrail:LookupEvents"/,
    );
    expect([denied.asked, none.trail]).toEqual([[], undefined]);
    expect(other.trail?.unread).toContain('UnsupportedOperationException, HTTP 400');
  });

  it('keeps what it had read when a later page is refused', async () => {
    const failing = vi.fn();
    const send = async ({ input }: { input: { LookupAttributes: [{ AttributeValue: string }] } }) => {
      failing();
      if (input.LookupAttributes[0].AttributeValue !== 'RotateSecret')
        throw Object.assign(new Error(), { name: 'Throttling' });
      const { id, record } = called('RotateSecret', 0);
      return { Events: [{ EventId: id, EventName: 'RotateSecret', CloudTrailEvent: JSON.stringify(record) }] };
    };
    const account = { trail: { send }, patience: { signal: new AbortController().signal, deadlineMs: 1000 } };

    const trail = (await trailOf(account as never, { arn: ARN, name: 'app' }, 90, 0)) as Trail;

    expect([trail.events.length, failing.mock.calls.length]).toEqual([1, 2]);
    expect(trail.unread).toContain('throttled');
  });

  it('gives up after half a minute, and says that there is more', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    onTestFinished(() => void vi.useRealTimers());
    const send = vi.fn(async () => {
      vi.setSystemTime(Date.now() + 16_000);
      return { Events: [] };
    });
    const account = { trail: { send }, patience: { signal: new AbortController().signal, deadlineMs: 1000 } };

    const trail = await trailOf(account as never, { arn: ARN, name: 'app' }, 90, 0);

    expect(trail?.unread).toMatch(/^CloudTrail has more events/);
    // The third is for the secret itself.
    expect(send).toHaveBeenCalledTimes(3);
  });

  it('asks once a second, half of what the whole account has', async () => {
    const send = vi.fn(async () => ({ Events: [] }));
    const stop = new AbortController();
    const account = { isShared: true, trail: { send }, patience: { signal: stop.signal, deadlineMs: 1000 } };

    const looking = trailOf(account as never, { arn: ARN, name: 'app' });
    await new Promise((resolve) => setTimeout(resolve, 100));
    stop.abort();

    await expect(looking).rejects.toThrow();
    expect(send).toHaveBeenCalledTimes(1);
  });

  it('ends at Ctrl-C', async () => {
    const server = await startTrail([]);
    onTestFinished(() => server.close());
    const stop = new AbortController();
    const terminal = { env: {}, signal: stop.signal } as Parameters<typeof onAccount>[1];

    const looking = onAccount({ region: 'us-east-1', endpointUrl: server.url }, terminal, (account) =>
      trailOf(account, { arn: ARN, name: 'app' }, 90, 60_000),
    );
    await expect.poll(() => server.asked.length).toBe(1);
    stop.abort();

    await expect(looking).rejects.toThrow();
    expect(server.asked).toHaveLength(1);
  });
});

describe('rekey history with CloudTrail', { timeout: patience(60_000) }, () => {
  it('ends with who did what; and says what may not be read, which is no failure', async () => {
    const world = await startWorld();
    onTestFinished(() => world.close());
    await world.secret('app');
    const { ARN: arn } = await world.call('DescribeSecret', { SecretId: 'app' });
    const at = 'secretsmanager.amazonaws.com';
    const trail = await startTrail(
      [
        called('RotateSecret', 0, {
          userIdentity: { arn: 'arn:aws:sts::1:assumed-role/Admin/alice' },
          responseElements: { arn },
        }),
        called('PutSecretValue', 1, { responseElements: { arn }, errorCode: 'AccessDenied' }),
        said('RotationFailed', 2, String(arn)),
      ],
      { elsewhere: world.sandbox.url },
    );
    onTestFinished(() => trail.close());
    const closed = await startTrail([], { elsewhere: world.sandbox.url, refusal: 'AccessDeniedException' });
    onTestFinished(() => closed.close());

    const { status, stdout } = await world.run(history, ['app', '--endpoint-url', trail.url]);
    const data = JSON.parse((await world.run(history, ['app', '--endpoint-url', trail.url, '--json'])).stdout);
    const askedBefore = trail.asked.length;
    const slow = await startTrail([], { elsewhere: world.sandbox.url, slowMs: 120 });
    onTestFinished(() => slow.close());
    let progress = '';
    const write = (text: string) => {
      progress += text;
    };
    const parts: string[] = [];
    const stdouts = { write: (text: string) => parts.push(`${trail.asked.length - askedBefore} ${text}`) };
    const without = await world.run(history, ['app', '--endpoint-url', trail.url, '--no-trail']);
    const askedWithout = trail.asked.length - askedBefore;
    await world.run(history, ['app', '--endpoint-url', trail.url], { stdout: stdouts });
    await world.run(history, ['app', '--endpoint-url', slow.url], { stderr: { isTTY: true, write } });
    const denied = await world.run(history, ['app', '--endpoint-url', closed.url]);

    expect([askedWithout, without.status, without.stdout]).toEqual([0, 0, expect.stringMatching(/rotates it\n$/)]);
    expect(parts).toEqual([expect.stringMatching(/^0 app\n/), expect.stringMatching(/^11 \n {2}at +in CloudTrail/)]);
    expect(progress.endsWith('CloudTrail: RestoreSecret\r\x1b[2K')).toBe(true);

    const time = String.raw`\d{4}-\d\d-\d\d \d\d:\d\d:\d\d`;
    expect(stdout).toMatch(
      new RegExp(
        `\n\n {2}at +in CloudTrail +by\n {2}${time} +RotateSecret +Admin/alice from 203.0.113.7\n` +
          ` {2}${time} +PutSecretValue +Alice from 203.0.113.7:\n +AccessDenied\n {2}${time} +RotationFailed +${at}\n$`,
      ),
    );
    expect(tooWide(stdout)).toEqual([]);
    expect(data).toMatchObject({ events: [{ event: 'RotateSecret', by: 'Admin/alice' }, {}, {}], eventsUnread: null });
    expect([status, denied.status]).toEqual([0, 0]);
    expect(denied.stdout).toMatch(
      /\nno function rotates it\n\nCloudTrail was not read: .*\nhint: allow cloudtrail:LookupEvents/,
    );
  });
});
