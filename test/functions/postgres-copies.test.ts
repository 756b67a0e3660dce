/** A secret that holds its password more than once: afterwards every copy opens the server. */
import { readFileSync } from 'node:fs';
import pg from 'pg';
import { afterAll, describe, expect, it } from 'vitest';
import { packaged } from '../support/packaged.ts';

const house = await packaged();
afterAll(() => house.close());
const { server } = house;
const base64 = (text: string) => Buffer.from(text).toString('base64');

async function opensAs(connectionString: string): Promise<string> {
  const client = new pg.Client({ connectionString, ssl: { ca: readFileSync(server.caFile) } });
  await client.connect();
  try {
    return (await client.query('SELECT session_user AS name')).rows[0].name;
  } finally {
    await client.end();
  }
}

async function secretWith(copies: (url: string, username: string) => Record<string, unknown>): Promise<string> {
  const secret = await house.secret();
  const value = await house.value(secret);
  const url = `postgres://${value.username}:first%20password@${value.host}:${value.port}/${value.dbname ?? 'postgres'}`;
  await house.put(secret, { ...value, ...copies(url, String(value.username)) });
  return secret;
}

describe.each(['singleUser', 'alternatingUsers'] as const)('%s', (kind) => {
  it('every copy follows, twice', async () => {
    const arn = house.register(kind, { EXCLUDE_CHARACTERS: '', PASSWORD_LENGTH: '64' });
    const secret = await secretWith((url, username) => ({
      url,
      env: { DATABASE_URL: [url] },
      encoded: base64(url),
      db_user: username,
      db_password: 'first password',
      encoded_password: base64('first password'),
      note: 'stays',
    }));

    for (const _round of [1, 2]) {
      const { error } = await house.rotate(secret, arn);

      expect(error).toBeUndefined();
      const value = await house.value(secret);
      const { username, password, url, env, encoded, encoded_password } = value;
      expect(value).toMatchObject({ db_user: username, db_password: password, note: 'stays' });
      expect(Buffer.from(String(encoded_password), 'base64').toString()).toBe(password);
      expect(env).toEqual({ DATABASE_URL: [url] });
      expect(Buffer.from(String(encoded), 'base64').toString()).toBe(url);
      expect(await opensAs(String(url))).toBe(username);
    }
  });

  it('a copy in another form is refused before anything is changed', async () => {
    const arn = house.register(kind);
    const secret = await secretWith(() => ({}));
    // A word or two may be anything; what was generated is nothing else than the password.
    await house.rotate(secret, arn);
    const made = await house.value(secret);
    const before = { ...made, command: `PGPASSWORD="${made.password}" psql` };
    await house.put(secret, before);

    const { error, token } = await house.rotate(secret, arn);

    expect(error).toMatchObject({ errorType: 'InvalidSecretError' });
    expect(error?.errorMessage).toContain('field command holds');
    expect(error?.errorMessage).not.toContain(String(made.password));
    expect(await house.value(secret)).toEqual(before);
    expect((await house.labels(secret)).AWSCURRENT).not.toBe(token);
    expect(await house.opens(before)).toBe(true);
    expect(house.messages(secret).at(-1)?.body).toMatchObject({ outcome: 'failed', working: 'AWSCURRENT' });
  });
});
