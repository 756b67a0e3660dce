/** The report for a spreadsheet: https://www.rfc-editor.org/rfc/rfc4180 */
import type { CostReport } from './report.ts';

const HEAD = ['kind', 'name', 'arn', 'verdict', 'reasons', 'now', 'after', 'saving', 'last_accessed', 'unread'];

/** A line for each secret, parameter and stack of Rekey, in the order of the report. */
export function csv({ secrets, parameters, own }: CostReport): string {
  const rows = [
    HEAD,
    ...secrets.map(({ name, arn, verdict, reasons, now, after, saving, lastAccessed, isUnread }) => [
      'secret',
      name,
      arn,
      verdict,
      reasons.map(({ code }) => code).join(' '),
      now,
      after,
      saving,
      lastAccessed ?? '',
      isUnread,
    ]),
    ...parameters.map(({ name, now }) => ['parameter', name, '', '', '', now, now, 0, '', '']),
    ...own.map(({ name, now }) => ['rekey', name, '', '', '', now, now, 0, '', '']),
  ];
  return rows.map((row) => `${row.map(cell).join(',')}\r\n`).join('');
}

/** A spreadsheet would run what begins like a formula, and names are chosen by others. */
function cell(value: string | number | boolean): string {
  const text = String(value);
  const inert = typeof value === 'string' && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(inert) ? `"${inert.replaceAll('"', '""')}"` : inert;
}
