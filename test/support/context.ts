/** A rotation context for tests: nothing is logged, everything is remembered. */
import { setImmediate as turn } from 'node:timers/promises';
import { createSecureContext } from 'node:tls';
import type { Pause } from '../../shared/rotation/pause.ts';
import { pause } from '../../shared/rotation/pause.ts';
import { redactor } from '../../shared/rotation/redact.ts';
import type { PasswordSettings, RotationContext, Trust } from '../../shared/rotation/strategy.ts';
import { heardBy } from './canary.ts';

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

export function timelessContext(given: Parameters<typeof testContext>[0] = {}): TestContext {
  const { signal = new AbortController().signal } = given;
  return testContext({ signal, pause: noTime(signal), ...given });
}

/** By the certificate that is trusted beside the system's. One costs ten milliseconds, and a context is made for every step. */
const trusts = new Map<string | undefined, Trust>();

function trustIn(ca: string | undefined): Trust {
  const known = trusts.get(ca);
  if (known !== undefined) return known;
  const made: Trust = {
    roots: ca === undefined ? [] : [ca],
    secureContext: createSecureContext(ca === undefined ? {} : { ca }),
  };
  trusts.set(ca, made);
  return made;
}

export function testContext(given: Partial<RotationContext> & { ca?: string } = {}): TestContext {
  const { ca, ...rest } = given;
  const lines: TestContext['lines'] = [];
  const signal = given.signal ?? new AbortController().signal;
  return {
    secretId: 'test/secret',
    token: 'token-0000-0000-0000-000000000000',
    signal,
    pause: pause(signal),
    redact: heardBy(redactor()),
    password: passwordSettings,
    trust: async () => trustIn(ca),
    log: (message, fields) => void lines.push({ message, fields }),
    ...rest,
    lines,
  };
}
