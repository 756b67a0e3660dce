/** Whoever assumes a role chooses the name of its session: a companion that was written under a function's name is no word of that function. */
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { describe, expect, it } from 'vitest';
import { listen, stop } from '../../local/loopback.ts';
import { consolesOfFile } from './console-world.ts';
import { ROTATOR } from './world.ts';

const VALUE = '{"generate":{"kind":"hex","bytes":16}}';
const consoles = await consolesOfFile();

/** The sandbox, but for words in its answers. */
async function rewritten(words: readonly [said: string | RegExp, told: string], denied?: string) {
  const asked: string[] = [];
  const server = createServer(async (incoming, outgoing) => {
    asked.push(`${incoming.method} ${incoming.url}`);
    if (denied !== undefined && incoming.url?.endsWith(denied)) {
      outgoing.writeHead(403, { 'content-type': 'application/json', 'x-amzn-errortype': 'AccessDeniedException' });
      outgoing.end('{"Message":"no"}');
      return;
    }
    const body = Buffer.concat(await incoming.toArray());
    const { host: _, connection: __, 'content-length': ___, ...headers } = incoming.headers;
    const answer = await fetch(new URL(incoming.url ?? '/', consoles.world.sandbox.url), {
      method: incoming.method ?? 'POST',
      headers: headers as Record<string, string>,
      ...(body.length > 0 && { body }),
    });
    const kept = ['content-type', 'x-amzn-errortype'].map((name) => [name, answer.headers.get(name) ?? '']);
    outgoing.writeHead(answer.status, Object.fromEntries(kept));
    outgoing.end((await answer.text()).replaceAll(...words));
  });
  const url = `http://127.0.0.1:${await listen(server)}`;
  return { url, asked, [Symbol.asyncDispose]: () => stop(server) };
}

/** A parameter that a function has rotated, as this account tells of it. */
async function seen(words: readonly [said: string | RegExp, told: string], denied?: string) {
  const ssm = (operation: string, input: Record<string, unknown>) =>
    consoles.world.sandbox.ssm.call(operation, input, { region: 'us-east-1' });
  await ssm('PutParameter', { Name: '/prod/token', Value: VALUE, Type: 'SecureString' });
  await consoles.world.sandbox.functions.invoke(ROTATOR, { Parameter: '/prod/token', Token: randomUUID() });
  const proxy = await rewritten(words, denied);
  const somebody = await consoles.enter((await consoles.start('--endpoint-url', proxy.url)).url);
  await expect.poll(async () => (await somebody.view('/prod/token')).secrets[0]?.details).toBeDefined();
  return { somebody, proxy };
}

describe('the button of a parameter', () => {
  it.each([
    ['another role', /assumed-role\/[^/"]+\//g, 'assumed-role/Dev/'],
    ['a role of another account', /sts::\d+:/g, 'sts::999999999999:'],
    ['a role whose name ends alike', /assumed-role\//g, 'assumed-role/not-'],
    ['a function that is gone', /assumed-role\/([^/"]+)\/[\w-]+/g, 'assumed-role/$1/rekey-prod-gone'],
  ])('is not there when its companion was written by %s under the name of a function', async (_, said, told) => {
    const { somebody, proxy } = await seen([said, told]);
    const before = consoles.world.sandbox.functions.invocations(ROTATOR).length;

    const [parameter] = (await somebody.view('/prod/token')).secrets;
    const { status, text } = await somebody.rotate('/prod/token');

    expect([parameter?.function, parameter?.details?.buttons]).toEqual([undefined, []]);
    expect([status, text]).toEqual([
      400,
      expect.stringContaining('rekey rotate-parameter /prod/token --function NAME'),
    ]);
    expect(consoles.world.sandbox.functions.invocations(ROTATOR)).toHaveLength(before);
    await proxy[Symbol.asyncDispose]();
  });

  it('is there when its own role has written it, which is not asked with every look', async () => {
    const { somebody, proxy } = await seen(['', '']);
    const looks = 3;
    for (let look = 0; look < looks; look += 1) await somebody.view('/prod/token');
    const asked = proxy.asked.filter((one) => one.includes(`/${ROTATOR}/configuration`));

    const [parameter] = (await somebody.view('/prod/token')).secrets;
    const { status } = await somebody.rotate('/prod/token');

    expect(parameter?.details?.buttons).toMatchObject([{ label: 'Rotate' }]);
    expect(asked).toHaveLength(1);
    expect(proxy.asked.filter((one) => one.includes(`/${ROTATOR}/configuration`)).length).toBeGreaterThan(1);
    expect(status).toBe(200);
    await proxy[Symbol.asyncDispose]();
  });

  it('is not there where nobody may ask which role the function has', async () => {
    const { somebody, proxy } = await seen(['', ''], `/${ROTATOR}/configuration`);

    const { secrets, problem } = await somebody.view('/prod/token');
    const { status, text } = await somebody.rotate('/prod/token');

    expect([secrets[0]?.details?.buttons, problem]).toEqual([[], undefined]);
    expect([status, text]).toEqual([400, expect.stringContaining('allow lambda:GetFunctionConfiguration')]);
    await proxy[Symbol.asyncDispose]();
  });
});
