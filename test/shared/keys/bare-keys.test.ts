/** Secrets that are a bare key: tags stand in for the fields that have no room. */
import { inspect } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import type { ProviderDouble } from '../../../local/doubles/double.ts';
import { startSendgrid } from '../../../local/doubles/sendgrid.ts';
import { sendgrid } from '../../../shared/keys/vendors/sendgrid.ts';
import { redactor } from '../../../shared/rotation/redact.ts';
import { rotation, step, wholeRotation } from '../../conformance/rotate.ts';
import { keyWorld } from '../../support/key-world.ts';
import { memoryStore } from '../../support/memory-store.ts';
import { byLabel } from '../../support/store.ts';

const doubles: ProviderDouble[] = [];
afterEach(async () => {
  await Promise.all(doubles.splice(0).map((double) => double.close()));
});

/** SendGrid's first key as a bare text, or another text in its place. */
async function bareWorld(tags: Readonly<Record<string, string>>, text?: string) {
  const double = await startSendgrid();
  doubles.push(double);
  const here = keyWorld(sendgrid, double);
  const store = memoryStore(text ?? String(double.first.api_key));
  const { describe } = store.versions;
  store.versions.describe = async (id) => ({ ...(await describe(id)), tags });
  return { ...here, store };
}

const textAt = async ({ store }: Awaited<ReturnType<typeof bareWorld>>, label: string) =>
  String(await store.valueOf((await byLabel(store))[label] ?? ''));

describe('a bare key', () => {
  it('stays bare through three rotations, with the admin secret that a tag names', async () => {
    const here = await bareWorld({ 'rekey:masterarn': 'arn:admin' });
    const first = await textAt(here, 'AWSCURRENT');

    for (let turn = 0; turn < 3; turn++) await wholeRotation(here);

    const [current, previous] = [await textAt(here, 'AWSCURRENT'), await textAt(here, 'AWSPREVIOUS')];
    expect([current, previous].map((text) => /^SG\.[\w-]+\.[\w-]+$/.test(text))).toEqual([true, true]);
    expect(new Set(here.double.live())).toEqual(new Set([current, previous]));
    expect([current, previous]).not.toContain(first);
  });

  it('is not promoted without an admin secret where it may not replace itself; nothing is lost', async () => {
    const here = await bareWorld({});
    const first = await textAt(here, 'AWSCURRENT');

    await expect(wholeRotation(here)).rejects.toMatchObject({ code: 'PERMISSION_DENIED' });

    expect(await textAt(here, 'AWSCURRENT')).toBe(first);
    expect(here.double.live()).toEqual([first]);
  });

  it('is in no log line and no error, of a rotation that fails after a key was issued', async () => {
    const here = await bareWorld({ 'rekey:masterarn': 'arn:admin' });
    const redact = redactor();
    const token = await here.store.begin();
    const lines: unknown[] = [];
    const created = await step(here, token, 'createSecret', { redact });
    lines.push(created.lines);
    here.double.troubles.push(...Array.from({ length: 9 }, () => ({ trouble: { status: 403 } })));

    const error = await rotation(here, token, { redact }).catch((refusal) => refusal);

    const values = [await textAt(here, 'AWSCURRENT'), await textAt(here, 'AWSPENDING')];
    const told = inspect([lines, error], { depth: 9 });
    expect(error).toMatchObject({ code: 'PERMISSION_DENIED' });
    for (const value of values) {
      expect(told).not.toContain(value);
      expect(redact.text(`so ${value} shows`)).toBe('so [redacted] shows');
    }
  });

  it.each(['{"api_key": "SG.sesame', '["SG.sesame"]', '"SG.sesame"', 'SG.sesame open', '  '])(
    'that begins like JSON, or is no key, is refused and not shown: %s',
    async (text) => {
      const here = await bareWorld({ 'rekey:masterarn': 'arn:admin' }, text);

      const error = await wholeRotation(here).catch((refusal) => refusal);

      expect(error).toMatchObject({ code: 'INVALID_SECRET', message: expect.stringContaining('not a JSON object') });
      expect(inspect(error)).not.toContain('sesame');
      expect(here.double.calls).toEqual([]);
    },
  );

  it('leaves what tags say out of what is stored', async () => {
    const here = await bareWorld({ 'rekey:masterarn': 'arn:admin', 'rekey:team': 'payments', team: 'sales' });

    await wholeRotation(here);

    expect(await textAt(here, 'AWSCURRENT')).not.toMatch(/payments|sales|arn/);
  });
});
