import { describe, expect, it } from 'vitest';
import * as errors from '../../../shared/rotation/errors.ts';

const { advised, RotationError, ...classes } = errors;
const hint = 'do this';
const code = 'UNREACHABLE_TCP';

describe('errors', () => {
  it.each([
    [classes.InvalidEventError, 'INVALID_EVENT', false],
    [classes.ConfigurationError, 'INVALID_CONFIGURATION', false],
    [classes.InvalidSecretError, 'INVALID_SECRET', false],
    [classes.TargetMismatchError, 'TARGET_MISMATCH', false],
    [classes.AuthenticationError, 'AUTHENTICATION_REFUSED', false],
    [classes.LockedOutError, 'LOCKED_OUT', false],
    [classes.PermissionError, 'PERMISSION_DENIED', false],
    [classes.ServiceError, 'SERVICE_FAILED', true],
    [classes.ProviderError, 'SERVICE_FAILED', true],
    [classes.DeadlineError, 'DEADLINE_EXCEEDED', true],
    [classes.UnexpectedError, 'UNEXPECTED', true],
  ] as const)('%o has a code, and says whether a repeat may pass', (kind, usual, retryable) => {
    const error = new kind('a fact', { hint });

    expect(error).toBeInstanceOf(RotationError);
    expect(error).toMatchObject({ name: kind.name, code: usual, retryable, fact: 'a fact', hint });
    expect(error.message).toBe('a fact; hint: do this');
    expect(error.about).toBeUndefined();
    expect('cause' in error).toBe(false);
    expect(new kind('a fact', { hint, code, retryable: !retryable })).toMatchObject({ code, retryable: !retryable });
  });

  it.each([
    [classes.StagingError, false],
    [classes.UnreachableError, true],
  ])('%o has the code of its situation', (kind, retryable) => {
    expect(new kind('a fact', { hint, code })).toMatchObject({ name: kind.name, code, retryable });
  });

  it('tell which other secret is to be mended, and what caused them', () => {
    const cause = new Error('of a driver');

    const error = new classes.InvalidSecretError('a fact', { hint, about: 'arn:superuser', cause });

    expect(error).toMatchObject({ about: 'arn:superuser', cause });
  });

  it.each(['isParameter', 'isDeleted', 'ofPending', 'ofTag'] as const)('tell %s only where it is so', (flag) => {
    const told = [true, false].map((value) => new classes.InvalidSecretError('a fact', { hint, [flag]: value })[flag]);

    expect([...told, new classes.InvalidSecretError('a fact', { hint })[flag]]).toEqual([true, undefined, undefined]);
  });
});

describe('an error with more to do', () => {
  const error = new classes.LockedOutError('a fact', { hint, about: 'arn:superuser' });

  it('is the same otherwise, and the first one stays as it was', () => {
    const more = advised(error, 'then that');

    expect(more).toBeInstanceOf(classes.LockedOutError);
    expect(more).toMatchObject({ name: 'LockedOutError', code: 'LOCKED_OUT', fact: 'a fact', about: 'arn:superuser' });
    expect(more).toMatchObject({ hint: 'do this; then that', message: 'a fact; hint: do this; then that' });
    expect({ ...(more as object) }).toHaveProperty('hint', 'do this; then that');
    expect(error.hint).toBe(hint);
  });

  it('is no other than before when it has no hint', () => {
    const defect = new Error('a defect');

    expect(advised(defect, 'then that')).toBe(defect);
  });
});
