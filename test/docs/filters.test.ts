/** The filter policies of docs/notifications.md, decided by the sandbox's SNS, about messages as functions make them. */
import { describe, expect, it } from 'vitest';
import { accepts } from '../../local/services/sns/filter-policy.ts';
import type { Facts } from '../../shared/lambda/notification.ts';
import { notification } from '../../shared/lambda/notification.ts';
import { LockedOutError, UnreachableError } from '../../shared/rotation/errors.ts';
import { againForSecret, nextForSecret } from '../../shared/stores/secrets-manager/next-command.ts';
import { page } from './pages.ts';

const facts = {
  store: { kind: 'secret', next: nextForSecret, again: againForSecret },
  time: new Date('2026-03-01T02:00:07.412Z'),
  secretId: 'prod/app',
  runbook: 'docs/runbook.md',
  engine: 'postgres',
  strategy: 'single-user',
  step: 'setSecret',
  token: '5f132b22-2079-47a1-80ca-31c23b22c9c7',
  working: 'AWSCURRENT',
} as const;
const lockedOut = new LockedOutError('no stored version opens it', { hint: 'reset the password' });
const unreachable = new UnreachableError('it does not answer', { code: 'UNREACHABLE_TCP', hint: 'see the route' });
const messages: Readonly<Record<string, Facts>> = {
  refused: { ...facts, outcome: 'failed', error: lockedOut, working: 'none', attempt: 1 },
  failing: { ...facts, outcome: 'failed', error: unreachable, attempt: 4 },
  overdue: { ...facts, engine: 'secret', outcome: 'overdue', because: 'it was to be rotated', since: facts.time },
  succeeded: { ...facts, outcome: 'succeeded' },
  recovered: { ...facts, outcome: 'succeeded', recovered: true },
  checked: { ...facts, outcome: 'checked' },
};

const rows = (head: string) => {
  const [, table = ''] = page('docs/notifications.md').split(`| for | ${head} | lets through |\n|---|---|---|\n`);
  return (table.split('\n\n')[0] ?? '').split('\n').map((row) => row.split(' | ') as [string, string, string]);
};

/** What CloudWatch publishes: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html */
const alarm = (MetricName: string) =>
  JSON.stringify({
    AlarmName: 'rekey-prod-Alarm-1A2B3C',
    NewStateValue: 'ALARM',
    OldStateValue: 'OK',
    Trigger: { MetricName, Namespace: 'Rekey', Statistic: 'SUM', Dimensions: [] },
  });
const alarms = { died: alarm('rekey-prod-died'), silent: alarm('Outcomes') };

function letThrough(policy: string, scope: string): string {
  const through = Object.entries(messages).filter(([, given]) => {
    const { body, attributes } = notification(given);
    const ofSns = Object.entries(attributes).map(([name, value]) => [
      name,
      { Type: typeof value === 'number' ? 'Number' : 'String', Value: String(value) },
    ]);
    return accepts({ FilterPolicy: policy, FilterPolicyScope: scope }, body, Object.fromEntries(ofSns));
  });
  const rung = Object.entries(alarms).filter(([, body]) =>
    accepts({ FilterPolicy: policy, FilterPolicyScope: scope }, body, {}),
  );
  return [...through, ...rung].map(([name]) => name).join(', ');
}

describe.each([
  ['filter policy', 'MessageAttributes', 8],
  ['filter policy of the body', 'MessageBody', 2],
])('a %s', (head, scope, count) => {
  it.each(rows(head))('%s: %s', (_, policy, told) => {
    expect(letThrough(policy.replaceAll('`', ''), scope)).toBe(told.replace(/ \|$/, ''));
  });

  it('and there is one to try', () => {
    expect(rows(head)).toHaveLength(count);
  });
});
