/** A rotation context for tests: nothing is logged, everything is remembered. */
import { setImmediate as turn } from 'node:timers/promises';
import { createSecureContext } from 'node:tls';
import type { Pause } from '../../shared/rotation/pause.ts';
import { pause } from '../../shared/rotation/pause.ts';
import { redactor } from '../../shared/rotation/redact.ts';
import type { PasswordSettings, RotationContext } from '../../shared/rotation/strategy.ts';

export const passwordSettings: PasswordSettings = {
  excludeNumbers: false,
  excludePunctuation: false,
  excludeUppercase: false,
  excludeLowercase: false,
  requireEachIncludedType: true,
};

export interface TestContext extends RotationContext {
  readonly lines: { message: string; fields?: unknown }[];
}

/** For worlds in memory: whoever waits lets everybody else go on, and that takes no time. */
export function noTime(signal: AbortSignal): Pause {
  return async () => {
    await turn();
    signal.throwIfAborted();
  };
}

export function timelessContext(given: Partial<RotationContext> = {}): TestContext {
  const { signal = new AbortController().signal } = given;
  return testContext({ signal, pause: noTime(signal), ...given });
}

export function testContext(given: Partial<RotationContext> & { ca?: string } = {}): TestContext {
  const { ca, ...rest } = given;
  const lines: TestContext['lines'] = [];
  const trust = {
    roots: ca === undefined ? [] : [ca],
    secureContext: createSecureContext(ca === undefined ? {} : { ca }),
  };
  const signal = given.signal ?? new AbortController().signal;
  return {
    secretId: 'test/secret',
    token: 'token-0000-0000-0000-000000000000',
    signal,
    pause: pause(signal),
    redact: redactor(),
    password: passwordSettings,
    trust: async () => trust,
    log: (message, fields) => void lines.push({ message, fields }),
    ...rest,
    lines,
  };
}
