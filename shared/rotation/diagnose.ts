/** Not a step of Secrets Manager's: a person asks what a rotation would find, from the place of the function and with its rights. */
import type { Answer, Finding, Rotation } from './rotation.ts';
import { described } from './rotation.ts';
import type { Look } from './strategy.ts';
import { lookedOver } from './test-pending.ts';
import { readCurrent } from './values.ts';
import { CURRENT, holder } from './versions.ts';

/** What is so when nothing was found. */
const WELL: Readonly<Record<Look, string>> = {
  read: 'the function reaches the secret, and may read it',
  value: 'AWSCURRENT is what the function needs',
  login: 'AWSCURRENT opens the system, from the place of the function',
  copies: 'copies of the value can follow',
  superuser: 'the superuser secret opens the server',
  change: 'the change of a rotation would be taken, as far as the server tells',
  provider: 'a rotation finds at the provider what it needs',
};

/** Changes nothing, and ends at the first thing that a rotation would end at: nobody can look behind it. */
export async function diagnose<S extends object>({ ctx, ...given }: Rotation<S>): Promise<Answer> {
  const looks: Look[] = [];
  const looksAt = (look: Look) => void looks.push(look);
  const wrong = await looked({ ...given, ctx: { ...ctx, looksAt } }, looksAt).then(
    () => undefined,
    (error: unknown) => ctx.redact.error(error),
  );
  const checks = looks.map((check, index): Finding => {
    if (wrong === undefined || index < looks.length - 1) return { check, ok: true, fact: WELL[check] };
    const { code, fact, hint } = wrong;
    return { check, ok: false, code, fact, hint };
  });
  return { outcome: 'looked', checks };
}

async function looked<S extends object>(given: Rotation<S>, looksAt: (look: Look) => void): Promise<void> {
  const { strategy, versions, ctx } = given;
  looksAt('read');
  const secret = await versions.describe(ctx.secretId);
  const current = holder(secret.labels, CURRENT);
  const rotation = described(given, secret, current);
  looksAt('value');
  await lookedOver(await readCurrent(strategy, versions, rotation.ctx, current), rotation);
}
