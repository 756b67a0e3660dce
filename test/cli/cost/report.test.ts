import { describe, expect, it } from 'vitest';
import type { Inventory } from '../../../cli/cost/inventory.ts';
import { pricesOf } from '../../../cli/cost/pricing.ts';
import { costReport } from '../../../cli/cost/report.ts';
import { inventory, parameter, rotatedByRekey, secret } from './facts.ts';

const reportOn = (found: Inventory) => costReport(found, pricesOf(found.region));
const noteCodes = (found: Inventory) => reportOn(found).notes.map(({ code }) => code);

describe('what a month costs', () => {
  it.each([
    ['a secret', {}, 0.4],
    ['a secret that RDS manages', { owningService: 'rds' }, 0.4],
    ['a secret that EventBridge pays for', { owningService: 'events' }, 0],
    ['a secret that is scheduled for deletion', { isDeleted: true }, 0],
    ['a secret with two replicas', { replicas: 2 }, 1.2],
    ['a replica', { primaryRegion: 'eu-west-1' }, 0.4],
  ])('%s', (_, special, now) => {
    const { secrets, totals } = reportOn(inventory([secret('app', special)]));

    expect([secrets[0]?.now, totals.now]).toEqual([now, now]);
  });

  it.each([
    ['standard', 0],
    ['advanced', 0.05],
  ] as const)('a parameter of the %s tier', (tier, now) => {
    const { parameters, totals } = reportOn(inventory([], [parameter('/app', tier)]));

    expect([parameters[0]?.now, totals.now]).toEqual([now, now]);
  });

  it('nothing at all', () => {
    expect(reportOn(inventory([])).totals).toEqual({
      secrets: 0,
      parameters: 0,
      now: 0,
      move: 0,
      couldMove: 0,
      afterMove: 0,
      afterAllMoves: 0,
    });
  });
});

describe('what a move saves', () => {
  it.each([
    ['a small value', { size: 'standard' }, 0.4],
    ['a value over 4 KB, which needs an advanced parameter', { size: 'advanced' }, 0.35],
    ['the same when it rotates, with its companion', { ...rotatedByRekey, size: 'advanced' }, 0.3],
    ['a value whose size nobody read, taken for small', {}, 0.4],
    ['a secret that stays', { policy: 'cross-account' }, 0],
  ] as const)('%s', (_, special, saving) => {
    expect(reportOn(inventory([secret('app', special)])).secrets[0]?.saving).toBe(saving);
  });

  it('before and after: first those that do not rotate, then also those that Rekey rotates', () => {
    const found = inventory(
      [secret('still'), secret('rotating', rotatedByRekey), secret('shared', { policy: 'cross-account' })],
      [parameter('/large', 'advanced')],
    );

    expect(reportOn(found).totals).toEqual({
      secrets: 3,
      parameters: 1,
      now: 1.25,
      move: 1,
      couldMove: 1,
      afterMove: 0.85,
      afterAllMoves: 0.45,
    });
  });

  it('comes first: by saving, then by cost, then by name', () => {
    const found = inventory([
      secret('b'),
      secret('kept', { policy: 'own-account' }),
      secret('dear', { replicas: 3 }),
      secret('less', { size: 'advanced' }),
      secret('a'),
    ]);

    expect(reportOn(found).secrets.map(({ name }) => name)).toEqual(['a', 'b', 'less', 'dear', 'kept']);
  });
});

describe('notes', () => {
  it('always say what is not included', () => {
    expect(noteCodes(inventory([]))).toEqual(['not-included']);
  });

  it('say whose prices stand in for those of a region without data', () => {
    const [note] = reportOn(inventory([], [], 'eu-central-2')).notes;

    expect(note?.text).toBe(
      "prices.json has no prices of eu-central-2: those of us-east-1 are used. --prices takes AWS's own list of any region.",
    );
  });

  it.each([
    ['sizes were not read', [secret('app')], ['not-included', 'sizes-unread', 'named-elsewhere']],
    ['sizes were read', [secret('app', { size: 'standard' })], ['not-included', 'named-elsewhere']],
    ['nothing would move', [secret('app', { owningService: 'rds' })], ['not-included']],
    ['there is a replica', [secret('app', { primaryRegion: 'eu-west-1' })], ['not-included', 'replicas']],
  ] as const)('where %s', (_, secrets, codes) => {
    expect(noteCodes(inventory(secrets))).toEqual(codes);
  });

  it('price the parameters that a region does not hold as standard ones', () => {
    const held = Array.from({ length: 9998 }, (_, index) => parameter(`/app/${index}`));
    const found = inventory([secret('a'), secret('b', rotatedByRekey), secret('c', rotatedByRekey)], held);

    const note = reportOn(found).notes.find(({ code }) => code === 'parameter-limit');

    expect(note?.text).toContain('3 parameters would have to be advanced, $0.15 a month');
  });

  it('say nothing of that limit up to the last parameter it admits', () => {
    const held = Array.from({ length: 9999 }, (_, index) => parameter(`/app/${index}`));

    expect(noteCodes(inventory([secret('a')], held))).not.toContain('parameter-limit');
  });
});

it('the data keep their shape', () => {
  const found = inventory(
    [secret('app', { replicas: 1, size: 'standard', lastAccessed: '2026-01-01T00:00:00.000Z' })],
    [parameter('/p', 'advanced')],
  );

  const { prices, notes, ...report } = JSON.parse(JSON.stringify(reportOn(found)));

  expect(report).toEqual({
    version: 1,
    region: 'us-east-1',
    secrets: [
      {
        name: 'app',
        arn: 'arn:aws:secretsmanager:us-east-1:123456789012:secret:app-AbCdEf',
        verdict: 'keep',
        reasons: [{ code: 'replicated', text: 'replicated to 1 region' }],
        now: 0.8,
        after: 0.8,
        saving: 0,
        replicas: 1,
        size: 'standard',
        lastAccessed: '2026-01-01T00:00:00.000Z',
        isUnread: true,
      },
    ],
    own: [],
    parameters: [{ name: '/p', type: 'SecureString', tier: 'advanced', now: 0.05 }],
    totals: { secrets: 1, parameters: 1, now: 0.85, move: 0, couldMove: 0, afterMove: 0.85, afterAllMoves: 0.85 },
  });
  expect(Object.keys(prices)).toEqual(['region', 'isStandIn', 'currency', 'asOf', 'values', 'includedBy', 'own']);
  expect(notes.map((note: object) => Object.keys(note))).toEqual([
    ['code', 'text'],
    ['code', 'text'],
  ]);
});
