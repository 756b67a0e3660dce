/** The packaged function, end to end: a real process, the sandbox's Secrets Manager, a double of OpenAI. */
import { afterAll, describe, expect, it } from 'vitest';
import { startOpenai } from '../../local/doubles/openai.ts';
import { packagedKey } from '../support/packaged-key.ts';

const house = await packagedKey('openai', startOpenai);
afterAll(() => house.close());
const { double } = house;

describe('openai', () => {
  it('rotates: AWSCURRENT and AWSPREVIOUS work, what is older is revoked', async () => {
    const arn = house.register('openai');
    const secret = await house.secret();
    await house.rotate(secret, arn);

    const { error, token } = await house.rotate(secret, arn);

    expect(error).toBeUndefined();
    expect(await house.labels(secret)).toMatchObject({ AWSCURRENT: token });
    expect(double.opens(await house.value(secret))).toBe(true);
    expect(double.opens(await house.value(secret, 'AWSPREVIOUS'))).toBe(true);
    expect(double.opens(double.first)).toBe(false);
  });

  it('keeps the previous key while it is in use, and tells which it is', async () => {
    const arn = house.register('openai');
    const secret = await house.secret(await fresh());
    await house.rotate(secret, arn);
    const before = await house.value(secret, 'AWSPREVIOUS');
    double.use?.(before);

    const { error } = await house.rotate(secret, arn);

    expect(error?.errorMessage).toContain(String(before.service_account_id));
    expect(double.opens(before)).toBe(true);
    expect(JSON.stringify(house.messages(secret))).not.toContain(String(before.api_key));
  });
});

/** An account as somebody makes it in the console. */
async function fresh(): Promise<Record<string, unknown>> {
  const answer = await fetch(`${double.url}/v1/organization/projects/${double.first.project_id}/service_accounts`, {
    method: 'POST',
    headers: { authorization: `Bearer ${double.admin?.admin_key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'made by hand' }),
  });
  const { id, api_key } = (await answer.json()) as { id: string; api_key: { value: string } };
  return { api_key: api_key.value, service_account_id: id };
}
