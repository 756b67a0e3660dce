/** What options are given, read once. */
import { UsageError } from '../terminal/usage.ts';

export interface Tag {
  readonly key: string;
  readonly value: string;
}

/** `team=payments`. */
export function tagOf(text: string): Tag {
  const [, key, value] = /^([^=]+)=(.*)$/.exec(text) ?? [];
  if (key !== undefined && value !== undefined) return { key, value };
  throw new UsageError(`--tag ${JSON.stringify(text)} is no tag`, 'a tag looks like team=payments');
}

/** `30d`. */
export function daysOf(text: string): number {
  const days = Number(/^(\d{1,4})d$/.exec(text)?.[1] ?? 0);
  if (days > 0) return days;
  throw new UsageError(`${JSON.stringify(text)} is no number of days`, 'days look like 30d');
}

/** As Secrets Manager writes it: `30d` is `rate(30 days)`. */
export function everyOf(text: string): string {
  if (/^(rate|cron)\(.+\)$/.test(text)) return text;
  const [, number, unit] = /^([1-9]\d{0,3})([dh])$/.exec(text) ?? [];
  if (number !== undefined) return `rate(${number} ${unit === 'd' ? 'day' : 'hour'}${number === '1' ? '' : 's'})`;
  throw new UsageError(
    `${JSON.stringify(text)} is no schedule`,
    'a schedule looks like 30d, 12h or cron(0 3 ? * SUN *)',
  );
}

/** `3h`. */
export function hoursOf(text: string): string {
  if (/^([1-9]|1\d|2[0-4])h$/.test(text)) return text;
  throw new UsageError(`${JSON.stringify(text)} is no window`, 'a window looks like 3h, and has 24 hours at most');
}

/** 0 is any that is free. */
export function portOf(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw new UsageError(`${JSON.stringify(text)} is no port`, 'a port looks like 8080');
}

/** A region takes 50 calls of some kinds a second: https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html */
const MOST = 50;

export const numberFrom =
  (least: number) =>
  (text: string): number => {
    const number = Number(text);
    if (/^\d{1,2}$/.test(text) && number >= least && number <= MOST) return number;
    throw new UsageError(`${JSON.stringify(text)} is no number from ${least} to ${MOST}`, 'give one');
  };
