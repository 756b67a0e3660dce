import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { onAccount } from '../../cli/account.ts';
import { conditionOf, factsOf } from '../../cli/condition.ts';
import { look } from '../../cli/look.ts';
import { describeSecret } from '../../cli/service.ts';
import { status } from '../../cli/status.ts';
import { HOUR } from '../../shared/rotation/pause.ts';
import { largeRegion } from '../support/large-region.ts';
import { patience } from '../support/patience.ts';
import { denyingProxy } from './cost/denying-proxy.ts';
import { tooWide } from './printed.ts';
import { BROKEN, ROTATOR, startWorld } from './world.ts';

let world: Awaited<ReturnType<typeof startWorld>>;
beforeAll(async () => {
  world = await startWorld();
});
beforeEach(() => world.sandbox.reset());
afterAll(() => world.close());

const states = async (...options: string[]) => {
  const { items } = JSON.parse((await world.run(status, ['--json', ...options])).stdout);
  return Object.fromEntries(items.map((one: { name: string; state: string }) => [one.name, one.state]));
};

describe('rekey status', () => {
  it('has a line of 80 columns for each secret, totals, and the next command', async () => {
    await world.rotating('prod/payments/orders/session-key/signing', { now: true });
    await world.rotating('waiting');
    await world.rotating('broken', { now: true, value: BROKEN });
    await world.rotating('theirs', { by: 'template' });
    await world.secret('still');

    const { status: code, stdout } = await world.run(status, []);

    expect(code).toBe(1);
    expect(tooWide(stdout)).toEqual([]);
    expect(stdout.split('\n')).toEqual([
      '  secret                 system     strategy    last next state',
      expect.stringMatching(/^ {2}prod\/paymen…ey\/signing generated-value +0m +\d+d ok$/),
      expect.stringMatching(/^ {2}waiting +generated-value +– +\d+d never rotated$/),
      expect.stringMatching(/^! broken +generated-value +– +\d+d INVALID_SECRET$/),
      expect.stringMatching(/^ {2}theirs +template +– +\d+d foreign function$/),
      expect.stringMatching(/^ {2}still +– +– does not rotate$/),
      '',
      '5 secrets and 0 parameters in us-east-1: 1 failing, 1 ok, 1 never rotated, 1',
      'does not rotate, 1 foreign function',
      '',
      'next: rekey explain INVALID_SECRET',
      '',
    ]);
  });

  it('tells a rotation that goes on, with its step, from one that is stuck', async () => {
    world.sandbox.faults.add({ operation: 'UpdateSecretVersionStage', action: 'hang' });
    await world.secret('slow');
    await world.call('RotateSecret', {
      SecretId: 'slow',
      ClientRequestToken: crypto.randomUUID(),
      RotationLambdaARN: world.sandbox.functions.find(ROTATOR),
      RotationRules: { AutomaticallyAfterDays: 30 },
    });
    await expect.poll(() => world.sandbox.faults.pending()).toEqual([]);

    const { items } = JSON.parse((await world.run(status, ['--json'])).stdout);

    expect(items).toEqual([
      expect.objectContaining({ name: 'slow', state: 'rotating', step: 'testSecret', code: null }),
    ]);
    expect(items[0].pendingSince).toMatch(/^\d{4}-/);
    const place = { endpointUrl: world.sandbox.url, region: 'us-east-1' };
    const terminal = { env: {}, stdout: { write() {} }, stderr: { write() {} }, signal: new AbortController().signal };
    const later = await onAccount(place, terminal, async (account) =>
      look(account, factsOf(await describeSecret(account, 'slow')), Date.now() + 2 * HOUR),
    );
    expect(later).toMatchObject({ state: 'stuck', pending: items[0].pending });
  });

  it('tells what is overdue, stuck, and managed by others', async () => {
    const past = new Date(Date.now() - 3 * 86_400_000);
    const at = (more: object) =>
      conditionOf(
        factsOf({ RotationEnabled: true, RotationLambdaARN: `a:b:c:d:e:f:${ROTATOR}`, LastRotatedDate: past, ...more }),
        'us-east-1',
        Date.now(),
      );

    expect([
      at({}),
      at({ NextRotationDate: past }),
      at({ NextRotationDate: past, RotationRules: { Duration: '96h' } }),
      at({ NextRotationDate: past, OwningService: 'rds' }),
      at({ PrimaryRegion: 'eu-west-1' }),
      at({ SecretVersionsToStages: { a: ['AWSCURRENT'], b: ['AWSPENDING'] } }),
      at({ SecretVersionsToStages: { a: ['AWSCURRENT', 'AWSPENDING'] } }),
    ]).toEqual(['ok', 'overdue', 'ok', 'managed', 'replica', 'rotating', 'ok']);
  });

  it('shows those of a tag, of a function, and those that need a person', async () => {
    await world.rotating('ours', { Tags: [{ Key: 'team', Value: 'payments' }] } as object);
    await world.secret('others', { Tags: [{ Key: 'team', Value: 'payments-2' }] });
    await world.rotating('broken', { now: true, value: BROKEN });

    expect(await states('--tag', 'team=payments')).toEqual({ ours: 'never' });
    expect(await states('--function', ROTATOR)).toEqual({ ours: 'never', broken: 'failing' });
    expect(await states('--failing')).toEqual({ broken: 'failing' });
    expect(await states('--overdue')).toEqual({});
    await expect(world.run(status, ['--tag', 'team'])).rejects.toMatchObject({ message: '--tag "team" is no tag' });
  });

  it('shows the parameters that Rekey rotates', async () => {
    const put = (Name: string, Description: string) =>
      world.sandbox.ssm.call(
        'PutParameter',
        { Name, Description, Value: 'x', Type: 'SecureString' },
        { region: 'us-east-1' },
      );
    await put('/rekey/prod/key', 'Rekey done 5f132b22 from 1 to 2');
    await put('/rekey/prod/other', 'Rekey value 5f132b22 from 1 dead-after 60000');
    await put('/rekey/prod/left', 'Rekey value 5f132b22 from 1 dead-after 0');

    expect(await states()).toEqual({ '/prod/key': 'ok', '/prod/other': 'rotating', '/prod/left': 'stuck' });
  });

  it('goes on without the rights to parameters and logs, and says so', async () => {
    await world.rotating('broken', { now: true, value: BROKEN });
    await using proxy = await denyingProxy(world.sandbox.url, { DescribeParameters: {}, FilterLogEvents: {} });

    const { stdout } = await world.run(status, ['--endpoint-url', proxy.url]);

    expect(stdout).toMatch(/^ {2}broken .* rotating$/m);
    expect(stdout).toContain('parameters were not read: DescribeParameters is denied');
  });

  it('asks for no value and changes nothing', async () => {
    await world.rotating('broken', { now: true, value: BROKEN });
    const before = world.sandbox.requests.length;

    await world.run(status, []);

    expect(world.sandbox.requests.slice(before).map(({ operation }) => operation)).toEqual([
      'ListSecrets',
      'ListSecretVersionIds',
      'FilterLogEvents',
      'DescribeParameters',
    ]);
  });

  it('takes no more memory for 10,000 secrets than for 1,000', { timeout: patience(60_000) }, async () => {
    await using large = await largeRegion(10_000);
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const heap: number[] = [];
    let lines = 0;
    const write = (text: string) => {
      if (!text.includes('service-')) return;
      lines += 1;
      if (lines % 1000 !== 0) return;
      collect();
      heap.push(process.memoryUsage().heapUsed);
    };

    const { status: code } = await world.run(status, ['--endpoint-url', large.url], { stdout: { write } });

    expect([code, lines]).toEqual([0, 10_000]);
    expect((heap.at(-1) ?? 0) - (heap[0] ?? 0)).toBeLessThan(2_000_000);
  });
});
