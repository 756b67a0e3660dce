/** Descriptions of providers, and rotations by those that are taken. */
import acme from '../../../providers/acme.json' with { type: 'json' };
import { declaredProvider } from '../../../shared/keys/declared/declared.ts';
import { ConfigurationError } from '../../../shared/rotation/errors.ts';
import { startAcme } from '../../../test/support/acme.ts';
import { mutated } from '../mutation.ts';
import { target } from '../target.ts';
import { rotatedAt } from './provider-answers.ts';

export const descriptions = target<string>({
  id: 'descriptions',
  what: 'descriptions of a provider, and a rotation by each that is taken',
  inputs: { whole: 2_000, quick: 150 },
  async begin() {
    const double = await startAcme();
    return {
      input: mutated([JSON.stringify(acme)]),
      secrets: () => [...double.live(), String(double.admin?.token)],
      async give(text) {
        const provider = declaredProvider(parsed(text), 'acme.json');
        await rotatedAt(double, provider, (transport) => transport);
      },
      end: () => double.close(),
    };
  },
});

/** The function says the same of a file that is no JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ConfigurationError('acme.json is not JSON', { hint: 'write JSON' });
  }
}
