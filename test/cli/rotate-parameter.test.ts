import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { rotateParameter } from '../../cli/rotate-parameter.ts';
import { tooWide } from './printed.ts';
import { BROKEN, startWorld } from './world.ts';

const NAME = '/prod/token';
const VALUE = '{"generate":{"kind":"hex","bytes":16}}';
let world: Awaited<ReturnType<typeof startWorld>>;
const by = ['--function', 'prod-generated-value', '--yes'];
beforeAll(async () => {
  world = await startWorld();
});
beforeEach(() => world.sandbox.reset());
afterAll(() => world.close());

const region = { region: 'us-east-1' };
const put = (Value: string) =>
  world.sandbox.ssm.call('PutParameter', { Name: NAME, Value, Type: 'SecureString', Overwrite: true }, region);
const read = async () =>
  (await world.sandbox.ssm.call('GetParameter', { Name: NAME, WithDecryption: true }, region)) as {
    Parameter: { Value: string };
  };

describe('rekey rotate-parameter', () => {
  it('has the function rotate it, and says so', async () => {
    await put(VALUE);

    const { status, stdout, stderr } = await world.run(rotateParameter, [NAME, ...by]);

    const { Parameter } = await read();
    expect(stdout).toMatch(/^✓ \/prod\/token was rotated in \d+\.\d s\n$/);
    expect(stderr).toBe('Rotates the parameter /prod/token in us-east-1 now, by\nrekey-prod-generated-value.\n');
    expect([status, Parameter.Value === VALUE]).toEqual([0, false]);
    expect(stdout + stderr).not.toContain(JSON.parse(Parameter.Value).value);
  });

  it('prints the outcome as data', async () => {
    await put(VALUE);

    const { stdout } = await world.run(rotateParameter, [NAME, '--json', ...by]);

    expect(JSON.parse(stdout)).toEqual({
      version: 1,
      name: NAME,
      result: 'rotated',
      token: expect.any(String),
      ms: expect.any(Number),
      because: null,
      code: null,
      fact: null,
      hint: null,
      working: null,
    });
  });

  it.each([
    ['a value that does not do', () => put(BROKEN), 'INVALID_SECRET'],
    ['no such parameter', async () => {}, 'SECRET_NOT_FOUND'],
  ])('tells a failure by code, fact and hint: %s', async (_, prepare, code) => {
    await prepare();

    const { status, stdout } = await world.run(rotateParameter, [NAME, ...by]);

    expect(status).toBe(1);
    expect(stdout).toMatch(
      new RegExp(
        `^✗ /prod/token failed: ${code}\\n  fact   \\S[^]*\\n  hint   \\S[^]*\\n  next   rekey explain ${code}\\n$`,
      ),
    );
    expect(tooWide(stdout)).toEqual([]);
  });

  it('says what another function answered, and that one did not answer', async () => {
    const answering = (handler: () => Promise<unknown>) =>
      world.sandbox.functions.register('rekey-prod-generated-value', { handler });
    await put(VALUE);
    answering(async () => ({ Outcome: 'another invocation rotates it' }));
    const other = await world.run(rotateParameter, [NAME, ...by]);
    answering(async () => {
      throw new Error('the value is s3cr3t');
    });
    const broken = await world.run(rotateParameter, [NAME, ...by]);

    expect([other.status, other.stdout]).toEqual([1, '– /prod/token: another invocation rotates it\n']);
    expect([broken.status, broken.stdout]).toEqual([
      1,
      '✗ /prod/token failed\n  fact   the function ended without an answer\n  hint   see its log\n',
    ]);
  });

  it('refuses a function that is not there, and changes nothing', async () => {
    await put(VALUE);

    await expect(world.run(rotateParameter, [NAME, '--function', 'other', '--yes'])).rejects.toMatchObject({
      message: expect.stringContaining('there is no function other in us-east-1'),
    });
    expect((await read()).Parameter.Value).toBe(VALUE);
  });
});
