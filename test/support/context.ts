/** A rotation context for tests: nothing is logged, everything is remembered. */
import { createSecureContext } from 'node:tls';
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

export function testContext(given: Partial<RotationContext> & { ca?: string } = {}): TestContext {
  const { ca, ...rest } = given;
  const lines: TestContext['lines'] = [];
  const trust = {
    roots: ca === undefined ? [] : [ca],
    secureContext: createSecureContext(ca === undefined ? {} : { ca }),
  };
  return {
    secretId: 'test/secret',
    token: 'token-0000-0000-0000-000000000000',
    signal: new AbortController().signal,
    redact: redactor(),
    password: passwordSettings,
    trust: async () => trust,
    log: (message, fields) => void lines.push({ message, fields }),
    ...rest,
    lines,
  };
}
