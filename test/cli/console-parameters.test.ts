/** Parameters that Rekey rotates in the page of an account: what is told of them, what never is, and who may rotate them. */
import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { status } from '../../cli/status.ts';
import { consolesOfFile, FAILURE } from './console-world.ts';
import { ROTATOR } from './world.ts';

const VALUE = '{"generate":{"kind":"hex","bytes":16},"value":"never-to-be-shown-3"}';
const UNUSABLE = VALUE.replace('16', '1');
const region = { region: 'us-east-1' };
const consoles = await consolesOfFile();

const ssm = (operation: string, input: Record<string, unknown>) =>
  consoles.world.sandbox.ssm.call(operation, input, region);
const put = (Name: string, Value = VALUE) =>
  ssm('PutParameter', { Name, Value, Type: 'SecureString', Overwrite: true });
const stored = async (Name: string) => {
  const { Parameter } = (await ssm('GetParameter', { Name, WithDecryption: true })) as { Parameter: { Value: string } };
  return Parameter.Value;
};
/** As a schedule does it. */
const invoke = (Parameter: string, by = ROTATOR) =>
  consoles.world.sandbox.functions.invoke(by, { Parameter, Token: randomUUID() });
const enter = async (...parameters: string[]) => consoles.enter((await consoles.start(...parameters)).url);

describe('parameters in rekey console', () => {
  it('are in the list beside secrets, those first that need a person', async () => {
    await consoles.world.rotating('a-secret', { now: true });
    await put('/b/token');
    await invoke('/b/token');
    await put('/c/token', UNUSABLE);
    await invoke('/c/token');
    await put('/never/rotated');

    const somebody = await enter();
    await expect.poll(async () => (await somebody.view()).secrets.length).toBe(3);
    const { secrets, note } = await somebody.view();

    expect(secrets.map(({ kind, name, state, tone }) => [kind, name, state, tone])).toEqual([
      ['parameter', '/c/token', 'INVALID_SECRET', 'bad'],
      ['parameter', '/b/token', 'ok', 'good'],
      [undefined, 'a-secret', 'ok', 'good'],
    ]);
    expect(note).not.toContain('These are');
  });

  it('have versions with their labels, the steps with their times, the last rotation and the outcome', async () => {
    await put('/prod/token');
    await invoke('/prod/token');
    const somebody = await enter();
    await expect.poll(async () => (await somebody.view('/prod/token')).secrets[0]?.details).toBeDefined();

    const [parameter] = (await somebody.view('/prod/token')).secrets;

    expect(parameter?.function).toBe(ROTATOR);
    expect(parameter?.details).toMatchObject({
      versions: [
        { id: '2', labels: ['current'] },
        { id: '1', labels: ['previous'] },
      ],
      steps: ['createSecret', 'setSecret', 'testSecret', 'finishSecret'].map((step) => ({ step, state: 'done' })),
      message: { outcome: 'succeeded' },
      times: { 'last rotation': expect.stringMatching(/^\d{4}-/) },
    });
    const known = parameter?.details?.steps.flatMap(({ ms }) => (ms === undefined ? [] : [ms])) ?? [];
    expect(known.length).toBeGreaterThan(1);
    expect(known.every((ms) => ms >= 0 && ms < 60_000)).toBe(true);
  });

  it('rotate by the function that rotated them last, when the button is pressed', async () => {
    await put('/prod/token');
    await invoke('/prod/token');
    const before = await stored('/prod/token');
    const somebody = await enter();
    await expect.poll(async () => (await somebody.view('/prod/token')).secrets[0]?.details).toBeDefined();
    const [parameter] = (await somebody.view('/prod/token')).secrets;

    const { status } = await somebody.rotate('/prod/token');

    expect(parameter?.details?.buttons).toEqual([
      {
        label: 'Rotate',
        act: { act: 'rotate', secret: parameter?.arn },
        asks: `Rotates /prod/token in us-east-1 now, by ${ROTATOR}.`,
      },
    ]);
    expect([status, (await stored('/prod/token')) === before]).toEqual([200, false]);
    const [after] = (await somebody.view('/prod/token')).secrets;
    expect(after?.details?.versions.map(({ id }) => id)).toEqual(['3', '2']);
  });

  it('show a failure with its code, fact, hint and the next command; the button goes on with that rotation', async () => {
    await put('/prod/token', UNUSABLE);
    await invoke('/prod/token');
    const somebody = await enter();
    await expect.poll(async () => (await somebody.view('/prod/token')).secrets[0]?.details).toBeDefined();
    const [parameter] = (await somebody.view('/prod/token')).secrets;
    const refused = await somebody.rotate('/prod/token');
    await put('/prod/token');

    const { status } = await somebody.rotate('/prod/token');

    expect(parameter?.details?.message).toEqual(FAILURE);
    expect(parameter?.details?.steps[0]).toMatchObject({ step: 'createSecret', state: 'failed' });
    expect(parameter?.details?.buttons[0]?.asks).toBe(
      `Goes on with the rotation of /prod/token in us-east-1 now, by ${ROTATOR}.`,
    );
    expect([refused.status, refused.text]).toEqual([
      400,
      expect.stringMatching(/^\/prod\/token: INVALID_SECRET: .+\nhint: .+/),
    ]);
    expect(status).toBe(200);
    const [after] = (await somebody.view('/prod/token')).secrets;
    expect(after?.details?.versions.map(({ labels }) => labels)).toEqual([['current'], ['previous']]);
    const tokens = consoles.world.sandbox.functions
      .logs(ROTATOR)
      .flatMap((line) => (line.startsWith('{') ? [JSON.parse(line).token] : []));
    expect(new Set(tokens).size).toBe(1);
  });

  it('that rotate now have no button, and are not rotated twice', async () => {
    await ssm('PutParameter', {
      Name: '/rekey/prod/token',
      Description: 'Rekey value 5f132b22 from 1 dead-after 60000',
      Value: 'x',
      Type: 'SecureString',
    });
    await put('/prod/token');
    const somebody = await enter();
    await expect.poll(async () => (await somebody.view('/prod/token')).secrets[0]?.details).toBeDefined();

    const [parameter] = (await somebody.view('/prod/token')).secrets;
    const { status, text } = await somebody.rotate('/prod/token');

    expect([parameter?.state, parameter?.details?.buttons]).toEqual(['rotating', []]);
    expect(parameter?.details?.versions).toEqual([
      { id: '5f132b22', labels: ['pending'] },
      { id: '1', labels: ['current'] },
    ]);
    expect([status, text]).toEqual([
      400,
      expect.stringContaining('rekey rotate-parameter /prod/token --function NAME'),
    ]);
    expect(consoles.world.sandbox.functions.invocations(ROTATOR)).toEqual([]);
  });

  it('whose companion a person wrote have no function, and no button', async () => {
    const user = 'arn:aws:iam::123456789012:user/sandbox';
    await put('/prod/token');
    await ssm('PutParameter', {
      Name: '/rekey/prod/token',
      Description: 'abandoned',
      Value: '-',
      Type: 'SecureString',
    });
    const { Parameters } = (await ssm('DescribeParameters', {})) as { Parameters: { LastModifiedUser: string }[] };
    const somebody = await enter();
    await expect.poll(async () => (await somebody.view('/prod/token')).secrets[0]?.details).toBeDefined();

    const [parameter] = (await somebody.view('/prod/token')).secrets;

    expect(Parameters.map(({ LastModifiedUser }) => LastModifiedUser)).toEqual([user, user]);
    expect([parameter?.function, parameter?.details?.buttons]).toEqual([undefined, []]);
  });

  it('are told of with the next command where nobody has said what is wrong', async () => {
    await put('/prod/token');
    await ssm('PutParameter', {
      Name: '/rekey/prod/token',
      Description: 'Rekey value 5f132b22 from 1 dead-after 0',
      Value: 'x',
      Type: 'SecureString',
    });
    const somebody = await enter();
    await expect.poll(async () => (await somebody.view('/prod/token')).secrets[0]?.state).toBe('stuck 5f132b22');

    const [parameter] = (await somebody.view('/prod/token')).secrets;

    expect(parameter?.details?.message).toMatchObject({
      outcome: 'stuck',
      fact: expect.stringContaining('no sign of life since'),
      next: 'rekey rotate-parameter /prod/token --function NAME',
    });
    expect(parameter?.details?.times).toHaveProperty('last sign of this rotation');
  });

  it('are read by their descriptions alone, and no byte that is sent has a value', async () => {
    await put('/prod/token');
    await invoke('/prod/token');
    const somebody = await enter();
    await expect.poll(async () => (await somebody.view('/prod/token')).secrets[0]?.details).toBeDefined();
    await somebody.rotate('/prod/token');
    await somebody.view('/prod/token');

    const values = ['never-to-be-shown-3', JSON.parse(await stored('/prod/token')).value];
    for (const value of values) expect(somebody.seen.join('')).not.toContain(value);
    for (const read of [
      'GetParameter',
      'GetParameters',
      'GetParameterHistory',
      'GetParametersByPath',
      'GetSecretValue',
    ])
      expect(consoles.asked(read)).toBe(0);
    expect(consoles.asked('DescribeParameters')).toBeGreaterThan(0);
  });

  it('are not rotated with --read-only', async () => {
    await put('/prod/token');
    await invoke('/prod/token');
    const before = await stored('/prod/token');
    const somebody = await enter('--read-only');
    await expect.poll(async () => (await somebody.view('/prod/token')).secrets[0]?.details).toBeDefined();

    const { status } = await somebody.rotate('/prod/token');

    expect([status, await stored('/prod/token')]).toEqual([403, before]);
  });

  it('have their function and the code of a failure in rekey status, too', async () => {
    await put('/prod/token', UNUSABLE);
    await invoke('/prod/token');
    await put('/prod/well');
    await invoke('/prod/well');

    const { stdout } = await consoles.world.run(status, ['--json', '--function', ROTATOR]);
    const other = await consoles.world.run(status, ['--json', '--function', 'rekey-prod-other']);

    const items: { name: string; state: string; code: string | null; function: string }[] = JSON.parse(stdout).items;
    expect(items.map(({ name, state, code, function: by }) => [name, state, code, by])).toEqual([
      ['/prod/token', 'failing', 'INVALID_SECRET', ROTATOR],
      ['/prod/well', 'ok', null, ROTATOR],
    ]);
    expect(JSON.parse(other.stdout).items).toEqual([]);
  });
});
