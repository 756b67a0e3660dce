/** What others have written obeys nobody's terminal and forges no line, whichever way it comes out. */
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { checkLines } from '../../cli/checks-told.ts';
import { command } from '../../cli/command.ts';
import { failureOf, RefusedError } from '../../cli/failure.ts';
import { history } from '../../cli/history.ts';
import { outcomeLines } from '../../cli/outcome.ts';
import { statusLine, totalLines } from '../../cli/status/line.ts';
import { ServiceError } from '../../shared/rotation/errors.ts';
import { CLEAR_SCREEN } from '../../terminal/foreign.ts';
import { createPaint } from '../../terminal/paint.ts';
import { UsageError } from '../../terminal/usage.ts';
import { patience } from '../support/patience.ts';
import { runCommand } from './printed.ts';
import { startTrail } from './trail-server.ts';
import { startWorld } from './world.ts';

const EVIL = 'x\x1b]0;owned\x07\x1b[2J\x9b2J\u202e\ny';
const TOLD = 'x�]0;owned��[2J�2J��y';
/** Sees what `told` says of it, and that there is no more of it. */
const expectHarmless = (text: string, lines: number) => {
  expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  expect(text.split('\n')).toHaveLength(lines + 1);
};
const paint = createPaint({});

describe('in lines that are made here', () => {
  const seen = {
    kind: 'secret' as const,
    name: 'app',
    arn: '',
    system: 'postgres',
    strategy: 'single-user',
    function: null,
    state: 'rotating' as const,
    lastRotated: null,
    nextRotation: null,
    pending: null,
    pendingSince: null,
    action: null,
    step: null,
    code: null,
    working: null,
    manager: null,
  };

  it.each([
    ['name', { name: EVIL }],
    ['system', { system: EVIL, strategy: '' }],
    ['strategy', { strategy: EVIL }],
    ['step', { step: EVIL }],
    ['code', { state: 'failing' as const, code: EVIL }],
    ['manager', { state: 'managed' as const, manager: EVIL }],
  ])('of rekey status: %s', (_, more) => {
    expectHarmless(statusLine({ ...seen, ...more }, 0, paint), 0);
  });

  it('of the totals', () => {
    const totals = { region: 'eu-west-1', secrets: 1, parameters: 0, states: {} };

    expectHarmless(totalLines({ ...totals, code: EVIL, unfinishedRollback: EVIL, unread: EVIL }), 6);
  });

  it('of an outcome', () => {
    const outcome = { name: EVIL, arn: '', version: EVIL, ms: 1, current: EVIL, previous: EVIL, steps: [] };
    const failure = { code: EVIL, fact: EVIL, hint: EVIL, working: EVIL };

    expectHarmless(outcomeLines({ ...outcome, ...failure, result: 'failed' } as never), 5);
    expectHarmless(outcomeLines({ ...outcome, ...failure, result: 'rotated' } as never), 2);
  });

  it('of a failure, on standard error', () => {
    for (const error of [
      new UsageError(EVIL, EVIL),
      new RefusedError(EVIL, EVIL),
      new ServiceError(EVIL, { hint: EVIL }),
      Object.assign(new Error(), { name: EVIL }),
    ])
      expectHarmless(failureOf(error, 'rekey status').text, 2);
    expect(failureOf(new RefusedError(EVIL, EVIL), 'rekey').text).toBe(`rekey: ${TOLD}\nhint: ${TOLD}\n`);
  });

  it('of a check', () => {
    const check = { name: 'login', result: 'fails', text: EVIL, code: EVIL, hint: EVIL } as const;

    expectHarmless(checkLines(EVIL, [check as never], paint), 6);
  });
});

describe('of a command', () => {
  const telling = command<object>({ name: 'telling', about: '', isOnAccount: false }, async ({ options }, terminal) => {
    const text = options.json ? JSON.stringify([EVIL]) : EVIL;
    terminal.stdout.write(`${text}\n`);
    terminal.stdout.write(CLEAR_SCREEN);
    return 0;
  });

  it('nothing gets out that it forgot', async () => {
    const { stdout } = await runCommand(telling, []);

    expect(stdout).toBe(`${TOLD.replace('��y', '�\ny')}\n${CLEAR_SCREEN}`);
  });

  it('data has it spelled out', async () => {
    const told = (await runCommand(telling, ['--json'])).stdout.replace(CLEAR_SCREEN, '');

    expectHarmless(told, 1);
    expect(JSON.parse(told)).toEqual([EVIL]);
  });
});

describe('as an account has it', { timeout: patience(60_000) }, () => {
  let world: Awaited<ReturnType<typeof startWorld>>;
  beforeAll(async () => {
    world = await startWorld();
  });
  beforeEach(() => world.sandbox.reset());
  afterAll(() => world.close());

  it('in a label, in a user of CloudTrail, and in the code of a refused call', async () => {
    await world.secret('app');
    const { ARN: arn, VersionIdsToStages } = await world.call('DescribeSecret', { SecretId: 'app' });
    const [MoveToVersionId] = Object.keys(VersionIdsToStages as object);
    await world.call('UpdateSecretVersionStage', { SecretId: 'app', VersionStage: EVIL, MoveToVersionId });
    const record = {
      eventSource: 'secretsmanager.amazonaws.com',
      eventName: 'RotateSecret',
      eventTime: new Date(Date.now() - 60_000).toISOString(),
      sourceIPAddress: EVIL,
      errorCode: EVIL,
      userIdentity: { userName: EVIL },
      responseElements: { arn },
    };
    const trail = await startTrail([{ id: '1', record }], { elsewhere: world.sandbox.url });
    onTestFinished(() => trail.close());

    const { stdout } = await world.run(history, ['app', '--endpoint-url', trail.url]);
    const data = (await world.run(history, ['app', '--endpoint-url', trail.url, '--json'])).stdout;

    expect(stdout.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    expect(stdout).toContain(`AWSCURRENT, ${TOLD}\n`);
    expect(stdout).toContain(` RotateSecret              ${TOLD}:\n`);
    expect(stdout.split('\n').filter((line) => line.startsWith('y'))).toEqual([]);
    expect(data.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    expect(JSON.parse(data).events[0].by).toBe(EVIL);
  });
});
