/** Is a text that is the replaced value a copy of it? The one place that says so: docs/settings.md has the rule for owners. */
import { sameName } from './same-name.ts';

export interface Replaced {
  readonly from: string;
  readonly to: string;
}

/** `refuse`: it may be a copy or not, and nobody can tell. */
export type Verdict = 'follows' | 'leave' | 'refuse';

/** Whom a text, or what stands beside it, names. None: it says nothing. */
export interface Named {
  readonly users: readonly string[];
  readonly hosts: readonly string[];
}

export interface Ours {
  readonly owners: readonly Replaced[];
  /** Absent: it is not for one host. */
  readonly host?: string | undefined;
  /** A key is nobody else's; two users may have one password. */
  readonly anyOwner: boolean;
  /** Texts with a meaning of their own: user, host, database. */
  readonly names: readonly string[];
}

/** `isExpected`: it stands where a secret stands, as in a field "password". */
export function judged(from: string, isExpected: boolean, named: Named, ours: Ours): Verdict {
  const isSure = isDistinct(from, ours.names);
  if (isElsewhere(named, ours) && !(ours.anyOwner && isSure)) return isSure ? 'refuse' : 'leave';
  return isSure || isExpected ? 'follows' : 'leave';
}

/** It names another user than the one that is replaced, or another host. */
export function isElsewhere(named: Named, ours: Ours): boolean {
  const isOwner = (user: string) => ours.owners.some(({ from }) => from === user);
  return !named.users.every(isOwner) || !isOurHost(named.hosts, ours);
}

export function isOurHost(hosts: readonly string[], { host }: Ours): boolean {
  return host === undefined || hosts.every((one) => sameName(one, host));
}

/** A short text, a word, a number, a date or a name ("postgres", "orders-db-1", "2024-01-01") occurs by chance. */
export function isDistinct(text: string, names: readonly string[]): boolean {
  if (names.some((name) => name.includes(text))) return false;
  const isOfWords = /^\p{L}+$|^(?:\p{Ll}+|\p{Lu}+|\d+)(?:[-_.:/ ](?:\p{Ll}+|\p{Lu}+|\d+))*$/u.test(text);
  return text.length >= 16 || (text.length >= 8 && !isOfWords);
}
