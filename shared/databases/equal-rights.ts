/** Both users of a pair may do the same: what `DatabaseSession.privileges` tells of each is compared. */
import { PermissionError } from '../rotation/errors.ts';

export interface Rights {
  readonly username: string;
  readonly may: readonly string[];
}

/** Throws PermissionError, which says what differs. */
export function requireEqualRights(pending: Rights, current: Rights): void {
  const differs = difference(pending.may, current.may);
  if (differs === undefined) return;
  throw new PermissionError(`${pending.username} and ${current.username} may do different things: ${differs}`, {
    code: 'PRIVILEGES_DIFFER',
    hint: 'give both the same rights (the page of the engine tells how), then rotate again',
  });
}

/** Undefined: there is none. */
export function difference(may: readonly string[], should: readonly string[]): string | undefined {
  const surplus = may.filter((line) => !should.includes(line));
  const missing = should.filter((line) => !may.includes(line));
  return surplus.length + missing.length === 0 ? undefined : differenceText(missing, surplus);
}

/** The first few lines of each kind: an error is read on a telephone. */
function differenceText(missing: readonly string[], surplus: readonly string[]): string {
  const few = (lines: readonly string[]) =>
    `${lines.slice(0, 3).join(', ')}${lines.length > 3 ? ` and ${lines.length - 3} more` : ''}`;
  return [
    ...(missing.length > 0 ? [`missing ${few(missing)}`] : []),
    ...(surplus.length > 0 ? [`surplus ${few(surplus)}`] : []),
  ].join('; ');
}
