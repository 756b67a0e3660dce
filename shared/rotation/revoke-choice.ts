/** When the previous credential ends: its owner's choice, secret by secret. docs/revoking.md has the words. */
import { ConfigurationError, InvalidSecretError } from './errors.ts';
import { DAY, HOUR } from './pause.ts';
import type { RotationContext } from './strategy.ts';
import { REVOKE_PREVIOUS } from './strategy.ts';

export interface RevokeChoice {
  /** Milliseconds after the promotion. Undefined: at the next rotation. None when a person asks for it now. */
  readonly after: number | undefined;
  /** A credential that was used less than this ago is still in use. Milliseconds. */
  readonly quietFor: number;
}

/** Why the previous credential stays. */
export const NEXT_ROTATION_ENDS_IT = 'its owner chose that the next rotation ends it';

/** Most providers tell the last use with hours of delay. */
const QUIET_BY_DEFAULT = DAY;

/**
 * A tag of the secret (`rekey:revoke-after`, `rekey:quiet-for`) or a field of its value (`revokeAfter`, `quietFor`); the tag wins.
 * Throws InvalidSecretError for words that mean nothing, ConfigurationError when the function cannot be called later.
 */
export function revokeChoice(current: Readonly<Record<string, unknown>>, ctx: RotationContext): RevokeChoice {
  const isNow = ctx.asked === REVOKE_PREVIOUS;
  const after = isNow ? '0h' : (ctx.tags?.['rekey:revoke-after'] ?? current.revokeAfter ?? 'next-rotation');
  const quietFor = ctx.tags?.['rekey:quiet-for'] ?? current.quietFor;
  const choice = {
    after: after === 'next-rotation' ? undefined : duration(after, 'revoke-after', 'next-rotation, 12h or 7d', ctx),
    quietFor:
      quietFor === undefined ? QUIET_BY_DEFAULT : duration(quietFor, 'quiet-for', '24h, 2d, or 0h for no matter', ctx),
  };
  if (choice.after !== undefined && !isNow && ctx.later === undefined) {
    throw new ConfigurationError(
      `${ctx.secretId} is to be revoked after a time, and this function cannot be called later`,
      {
        hint: 'deploy it with the right revokeLater (SCHEDULER_ROLE_ARN), or choose next-rotation',
      },
    );
  }
  return choice;
}

function duration(text: unknown, what: string, words: string, ctx: RotationContext): number {
  const match = typeof text === 'string' ? /^(\d{1,4})([hd])$/.exec(text) : null;
  if (match === null) {
    throw new InvalidSecretError(`${what} of ${ctx.secretId} is not a time`, { hint: `write ${words}` });
  }
  return Number(match[1]) * (match[2] === 'd' ? DAY : HOUR);
}
