/** The environment of a function. */
import fc from 'fast-check';
import { generatePassword } from '../../../shared/databases/password.ts';
import { notificationTopic, notifiesChecks, readSettings, runbook } from '../../../shared/lambda/config.ts';
import { memoryEngine, memoryServer } from '../../../test/support/memory-engine.ts';
import { oddText } from '../mutation.ts';
import { target } from '../target.ts';

const names = [
  ...['EXCLUDE_CHARACTERS', 'PASSWORD_LENGTH', 'EXCLUDE_NUMBERS', 'EXCLUDE_PUNCTUATION', 'EXCLUDE_UPPERCASE'],
  ...[
    'EXCLUDE_LOWERCASE',
    'REQUIRE_EACH_INCLUDED_TYPE',
    'CUTOVER',
    'DATABASE_CA_BUNDLE',
    'AWS_REGION',
    'NOTIFY_CHECKS',
  ],
];
const some = fc.oneof(oddText, fc.constantFrom('true', 'yes', 'false', '1', '8', '32', '9999', 'finish', 'set', '!-~'));

export const settings = target<Record<string, string>>({
  id: 'settings',
  what: 'environment variables, and a password made by them',
  inputs: { whole: 1_000, quick: 100 },
  async begin() {
    const { password: policy } = memoryEngine(memoryServer());
    return {
      input: fc.dictionary(fc.constantFrom(...names), some, { maxKeys: 5 }),
      secrets: () => [],
      async give(env) {
        const { password } = readSettings(env);
        notificationTopic(env);
        notifiesChecks(env);
        runbook(env);
        generatePassword(policy, password);
      },
    };
  },
});
