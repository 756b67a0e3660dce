import { describe, expect, it } from 'vitest';
import type { DemoFigures, Rotation } from '../../demo/demo.ts';
import { report } from '../../demo/report.ts';
import { createPaint } from '../../terminal/paint.ts';

const rotation: Rotation = {
  strategy: 'single-user',
  secret: 'arn:aws:secretsmanager:us-east-1:123456789012:secret:orders-AbCdEf',
  users: { before: 'orders', after: 'orders' },
  token: 'bbbbbbbb-0000-0000-0000-000000000000',
  steps: [
    { step: 'createSecret', ms: 80.4, initMs: 40 },
    { step: 'setSecret', ms: 40 },
    { step: 'testSecret', ms: 4 },
    { step: 'finishSecret', ms: 10 },
  ],
  ms: 134.4,
  calls: { DescribeSecret: 4 },
  callCount: 10,
  logins: 2,
  statements: 7,
  refusedBefore: 0,
  refusedLogins: 0,
  before: { AWSCURRENT: 'aaaaaaaa-0000-0000-0000-000000000000' },
  after: {
    AWSCURRENT: 'bbbbbbbb-0000-0000-0000-000000000000',
    AWSPREVIOUS: 'aaaaaaaa-0000-0000-0000-000000000000',
  },
  client: { logins: 30, refused: 2, failed: 0, ms: 21.3 },
  bar: `${'·'.repeat(29)}xx${'▇'.repeat(29)}`,
  oldPassword: 'refused',
  newPassword: 'opened',
  notification: { subject: 'Rekey: orders was rotated', body: { outcome: 'succeeded', working: 'AWSCURRENT' } },
  claims: [{ about: 'client', text: 'orders: the outage ends', held: true }],
};
const figures: DemoFigures = {
  version: 1,
  held: true,
  engine: 'postgres',
  server: 'PostgreSQL 18',
  mode: 'warm',
  ms: 4200,
  rotations: [rotation],
  claims: [{ about: 'passwords', text: 'no password in a log or a message', held: true }],
};
const plain = createPaint({ isTTY: false } as NodeJS.WriteStream);

describe('the report of the demo', () => {
  it('tells what a person wants to see, and nothing that was measured elsewhere', () => {
    const text = report(figures, plain);

    expect(text).toContain('2 of 30 logins refused, outage 21 ms  ok');
    expect(text).toContain('AWSCURRENT bbbbbbbb, AWSPREVIOUS aaaaaaaa');
    expect(text).toContain('10 Secrets Manager calls, 2 logins, 0 more refused  ok');
    expect(text).not.toMatch(/AWS's|template/);
    expect(text).toContain('all 2 checks held, in 4.2 s');
  });

  it('shows the outage in a bar: without colour in a pipe, green and red on a terminal', () => {
    const piped = report(figures, plain);
    const shown = report(figures, {
      ...plain,
      good: (text) => `<g ${text}>`,
      bad: (text) => `<r ${text}>`,
    });

    expect(piped).toContain(`\n  application    ${rotation.bar}\n`);
    expect(shown).toContain(`\n  application    <g ${'·'.repeat(29)}><r xx><g ${'▇'.repeat(29)}>\n`);
  });

  it('names what did not hold, and marks its line', () => {
    const broken = [{ about: 'client' as const, text: 'orders: the outage ends', held: false }];
    const client = { ...rotation.client, ms: Number.POSITIVE_INFINITY };
    const rotations = [{ ...rotation, client, claims: broken }];

    const text = report({ ...figures, held: false, rotations }, plain);

    expect(text).toContain('outage without end  FAILED');
    expect(text).toContain('1 of 2 checks did not hold:\n  orders: the outage ends\n');
    expect(text).not.toContain('checks held');
  });

  it('tells why a rotation failed', () => {
    const failure = `LockedOutError: no stored version opens postgres at localhost as orders ${'and so on '.repeat(20)}`;

    const text = report({ ...figures, rotations: [{ ...rotation, failure }] }, plain);

    expect(text).toContain('LockedOutError: no stored version opens postgres');
  });

  it('fits 80 columns, without colour where there is no terminal', () => {
    const failure = `LockedOutError: no stored version opens postgres at localhost as orders ${'and so on '.repeat(20)}`;

    const text = report({ ...figures, rotations: [{ ...rotation, failure }] }, plain);

    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(text).not.toContain('\x1b');
  });
});
