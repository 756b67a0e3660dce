/** The packaged function, end to end: the provider that providers/acme.json describes, and descriptions that are of no use. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { startAcme } from '../support/acme.ts';
import { packagedKey } from '../support/packaged-key.ts';

const house = await packagedKey('declared', startAcme);
const folder = mkdtempSync(join(tmpdir(), 'rekey-declared-'));
afterAll(async () => {
  await house.close();
  rmSync(folder, { recursive: true });
});

describe('declared', () => {
  it('rotates the key of the provider that the file describes', async () => {
    const arn = house.register('declared', { DECLARED_PROVIDER: 'providers/acme.json' });
    const secret = await house.secret();
    const first = await house.value(secret);

    const { error, token } = await house.rotate(secret, arn);

    expect(error).toBeUndefined();
    expect(await house.labels(secret)).toMatchObject({ AWSCURRENT: token });
    const current = await house.value(secret);
    expect([house.double.opens(first), house.double.opens(current)]).toEqual([true, true]);
    expect(current).toMatchObject({ site: first.site, account: first.account, masterarn: first.masterarn });
    expect([current.api_key, current.key_id]).not.toContain(first.api_key);
    expect(current.key_id).not.toBe(first.key_id);
    expect(house.messages(secret)[0]?.body).toMatchObject({ outcome: 'succeeded', engine: 'acme' });
  });

  it.each([
    ['has no name', '', /environment variable DECLARED_PROVIDER is not usable/],
    ['is not there', join(folder, 'none.json'), /none\.json, which DECLARED_PROVIDER names, cannot be read/],
    ['is not JSON', written('text.json', '{"name": "sesame'), /text\.json, which DECLARED_PROVIDER names, is not JSON/],
    ['lacks a member', written('part.json', '{"name": "acme"}'), /base of the description in \S+part\.json is missing/],
  ])('says so, in a message too, when the file %s', async (_what, file, fact) => {
    const arn = house.register('declared', { DECLARED_PROVIDER: file });
    const secret = await house.secret();

    const { error } = await house.rotate(secret, arn);

    expect(error?.errorType).toBe('ConfigurationError');
    expect(error?.errorMessage).toMatch(fact);
    expect(JSON.stringify(error)).not.toContain('sesame');
    expect(house.messages(secret)[0]?.body).toMatchObject({
      outcome: 'failed',
      working: 'AWSCURRENT',
      error: { code: 'INVALID_CONFIGURATION' },
    });
  });
});

function written(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}
