/** What the tag of a secret says about its mirrors. docs/parameter-store.md has its grammar. */
import { InvalidSecretError } from '../rotation/errors.ts';
import { parseObject } from '../rotation/json.ts';

/** Names or ARNs of parameters, apart by commas or spaces; each may say behind a colon which one field it is to have. */
export const TAG = 'rekey:mirror';

export interface Mirror {
  readonly parameter: string;
  /** Absent: the whole value. */
  readonly field?: string;
  /** Its owner knows that it has one field of several that change together. */
  readonly isAlone: boolean;
}

const HINT = `correct the tag ${TAG}: /legacy/app for the whole value, /legacy/app/user:username,/legacy/app/password:password for fields`;

export function mirrorsOf(tag: string, id: string): readonly Mirror[] {
  const mirrors = tag.split(/[\s,]+/).filter((one) => one !== '');
  const all = mirrors.map((one) => {
    const [, parameter, field, only] = /^(arn(?::[^:]*){4}:[^:]+|[^:]+)(?::(.+?))?(:only)?$/.exec(one) ?? [];
    if (parameter !== undefined) return { parameter, ...(field && { field }), isAlone: only !== undefined };
    throw new InvalidSecretError(`the tag ${TAG} of ${id} names no parameter`, { hint: HINT, ofTag: true });
  });
  if (new Set(all.map(({ parameter }) => parameter)).size === all.length) return all;
  throw new InvalidSecretError(`the tag ${TAG} of ${id} names one parameter twice`, { hint: HINT, ofTag: true });
}

/** What the parameter is to have of a secret value. Numbers and booleans are text there, as they are written in it. */
export function shareOf(text: string, { field }: Mirror, id: string): string {
  if (field === undefined) return text;
  const hint = `the tag ${TAG} names a field behind the colon; correct it, or leave it out for the whole value`;
  const fields = parseObject(text);
  if (fields === undefined) {
    throw new InvalidSecretError(`${id} has a mirror for one field, and is not a JSON object`, { hint, ofTag: true });
  }
  const value = Object.hasOwn(fields, field) ? fields[field] : undefined;
  if (typeof value === 'string' && value !== '') return value;
  const written = JSON.stringify(value) ?? '';
  if (/^(-?\d|true|false)/.test(written)) return written;
  throw new InvalidSecretError(`field ${field} of ${id} is missing or not text, and has a mirror`, {
    hint,
    ofTag: true,
  });
}

/**
 * Throws InvalidSecretError where a reader would get a part of what opens the system only together, unless that is on purpose. Each
 * part of it may be in several fields.
 */
export function requireTogether(
  mirrors: readonly Mirror[],
  together: readonly (readonly string[])[],
  id: string,
): void {
  const missing = together.filter((part) => !mirrors.some(({ field }) => field !== undefined && part.includes(field)));
  const parts = together.flat();
  const torn = mirrors.find(({ field, isAlone }) => !isAlone && field !== undefined && parts.includes(field));
  if (torn === undefined || missing.length === 0) return;
  const names = (all: typeof together) => all.map(([field]) => String(field));
  throw new InvalidSecretError(
    `field ${torn.field} of ${id} has a mirror, and ${names(missing).join(', ')}, which changes with it, has none`,
    {
      hint: `mirror both in the tag ${TAG}: ${names(together)
        .map((field) => `/legacy/${field}:${field}`)
        .join(',')}, or the whole value; or write ${torn.parameter}:${torn.field}:only, if its readers need no more`,
      ofTag: true,
    },
  );
}
