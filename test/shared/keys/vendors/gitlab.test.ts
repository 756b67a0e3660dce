import { afterEach, describe, expect, it, vi } from 'vitest';
import { type GitlabDouble, startGitlab, startGitlabGroup } from '../../../../local/doubles/gitlab.ts';
import { accessTo } from '../../../../shared/keys/access.ts';
import type { IssuingProvider } from '../../../../shared/keys/provider.ts';
import { gitlab } from '../../../../shared/keys/vendors/gitlab.ts';
import { redactor } from '../../../../shared/rotation/redact.ts';
import { describeProvider, HAS_NO_LIMIT } from '../../../conformance/provider.case.ts';
import { inList } from '../../../conformance/provider-rights.case.ts';
import { configurationCheck, step, wholeRotation } from '../../../conformance/rotate.ts';
import { huge } from '../../../support/huge.ts';
import { keyWorld } from '../../../support/key-world.ts';
import { byLabel, labelled } from '../../../support/store.ts';

/** Values come as the doubles know them, not as the schema parses them. */
const provider: IssuingProvider = gitlab;

describeProvider({
  provider: gitlab,
  start: startGitlab,
  description: ['gitlab'],
  rights: { limits: ['scopes', 'access_level'], regranted: inList('scopes', 'api') },
  life: { field: 'expires_in_days', unit: 86_400 },
  skip: [HAS_NO_LIMIT],
});

describe('gitlab', () => {
  const doubles: GitlabDouble[] = [];
  afterEach(async () => {
    vi.useRealTimers();
    await Promise.all(doubles.splice(0).map((double) => double.close()));
  });
  async function world(start = startGitlab) {
    const double = await start();
    doubles.push(double);
    return { ...keyWorld(gitlab, double), double };
  }
  type World = Awaited<ReturnType<typeof world>>;
  const put = (here: World, fields: Record<string, unknown>) =>
    here.store.putCurrent(JSON.stringify({ ...here.double.first, masterarn: 'arn:admin', ...fields }));
  const newest = ({ double }: World) => double.tokens().at(-1);
  const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

  it('rotates the token of a group', async () => {
    const here = await world(startGitlabGroup);

    await wholeRotation(here);

    expect(here.double.live()).toHaveLength(2);
    expect(here.double.live()).toContain((await labelled(here.store, 'AWSCURRENT'))?.token);
  });

  it('never calls rotate: a repeat of that would end the new token, too', async () => {
    const here = await world();

    for (let turn = 0; turn < 3; turn++) await wholeRotation(here);

    expect(here.double.calls.join()).not.toMatch(/rotate/);
  });

  it('keeps scopes, role and lifetime', async () => {
    const here = await world();

    await wholeRotation(here);

    expect(newest(here)).toMatchObject({
      scopes: ['read_repository', 'write_repository'],
      access_level: 30,
      expires_at: inDays(90),
    });
  });

  it('takes the lifetime from the secret', async () => {
    const here = await world();
    await put(here, { expires_in_days: 45 });

    await wholeRotation(here);

    expect(newest(here)?.expires_at).toBe(inDays(45));
  });

  it.each(['acme/shop.git', '/acme/shop', 'https://gitlab.example.com/acme/shop', 'acme/Shop'])(
    'says that there is no project %s, not that the token is dead',
    async (project) => {
      const here = await world();
      await put(here, { project });

      const rotated = wholeRotation(here);

      await expect(rotated).rejects.toMatchObject({
        code: 'INVALID_SECRET',
        fact: `gitlab has no project ${project} that the admin token sees`,
        hint: expect.stringContaining('.git'),
      });
      expect(here.double.live()).toHaveLength(1);
    },
  );

  it('gives a token without an end one in 365 days, and says so', async () => {
    const here = await world();
    Object.assign(here.double.tokens().find(({ value }) => value === here.double.first.token) ?? {}, {
      expires_at: null,
    });
    const token = await here.store.begin();

    const { lines } = await step(here, token, 'createSecret');

    expect(newest(here)?.expires_at).toBe(inDays(365));
    expect(lines).toContainEqual({ message: expect.stringContaining('has no end'), fields: { days: 365 } });
  });

  it('asks for no longer a life than GitLab gives, however long that of the current one became', async () => {
    const here = await world();
    const first = here.double.tokens().find(({ value }) => value === here.double.first.token);
    Object.assign(first ?? {}, { created_at: '2023-01-01T00:00:00Z', expires_at: inDays(30) });

    await wholeRotation(here);

    expect(newest(here)?.expires_at).toBe(inDays(365));
  });

  it('names the right, too, where GitLab says no more than 400', async () => {
    const here = await world();
    here.double.longestLife = 30 * 86_400;

    const error = await wholeRotation(here).catch((thrown) => thrown);

    expect(error).toMatchObject({
      code: 'SERVICE_FAILED',
      retryable: false,
      hint: expect.stringContaining('Maintainer'),
    });
    expect(here.double.live()).toHaveLength(1);
  });

  it('promotes no token that was made with another role', async () => {
    const double = await startGitlab();
    doubles.push(double);
    const here = keyWorld(gitlab, double, {}, (transport) => (request) => {
      const body = request.body?.replace('"access_level":30', '"access_level":40');
      return transport({ ...request, body });
    });

    const redact = redactor();
    await expect(wholeRotation(here, { redact })).rejects.toMatchObject({ code: 'PRIVILEGES_DIFFER' });

    const made = double.tokens().at(-1)?.value ?? '';
    expect(double.opens({ token: made })).toBe(true);
    expect(redact.text(`what GitLab made is ${made}`)).not.toContain(made);
  });

  it.each(['soon', 0, 1.5, huge])('refuses a lifetime of %j', async (expires_in_days) => {
    const here = await world();
    await put(here, { expires_in_days });

    await expect(wholeRotation(here)).rejects.toMatchObject({ code: 'INVALID_SECRET' });
    expect(here.double.live()).toHaveLength(1);
  });

  it('promotes no token that lacks a scope of the current one', async () => {
    const here = await world();
    const current = await labelled(here.store, 'AWSCURRENT');
    const stripped = here.double.tokens().find(({ value }) => value === current?.token);
    const token = await here.store.begin();
    await step(here, token, 'createSecret');
    Object.assign(stripped ?? {}, { scopes: ['read_repository', 'write_repository', 'api'] });

    await expect(step(here, token, 'testSecret')).rejects.toMatchObject({ code: 'PRIVILEGES_DIFFER' });
  });

  it('finds the id of the first token without asking as it again, which would be a use of it', async () => {
    const here = await world();
    await wholeRotation(here);
    const first = here.double.tokens().find(({ value }) => value === here.double.first.token);
    const uses = first?.uses;
    const access = await accessTo(provider, (await labelled(here.store, 'AWSCURRENT')) ?? {}, here, here.context({}));

    const id = await provider.identify((await labelled(here.store, 'AWSPREVIOUS')) ?? {}, access);

    expect([id, first?.uses]).toEqual([String(first?.id), uses]);
  });

  it('asks no previous token for its id in a configuration check, where no field tells it', async () => {
    const here = await world();
    here.double.crowd(1);
    const [by, first] = here.double.tokens().filter(({ owner }) => owner === 'projects/acme/shop');
    await put(here, { token: by?.value });
    expect([await labelled(here.store, 'AWSPREVIOUS')]).toMatchObject([{ token: first?.value }]);

    await configurationCheck(here);

    expect([first?.uses, by?.uses]).toEqual([0, expect.any(Number)]);
  });

  it('makes nothing for a token that has expired, and says what a person does then', async () => {
    const here = await world();
    await wholeRotation(here);
    Object.assign(newest(here) ?? {}, { expires_at: inDays(-1) });

    const error = await wholeRotation(here).catch((thrown) => thrown);

    expect(error).toMatchObject({ code: 'AUTHENTICATION_REFUSED' });
    expect(error.hint).toContain('put-secret-value');
    expect(here.double.live()).toEqual([here.double.first.token]);
  });

  it('copies no scopes from a token whose id is beside a value that is refused', async () => {
    const here = await world();
    here.double.crowd(1);
    const strong = here.double.tokens()[0];
    Object.assign(strong ?? {}, { scopes: ['api'], access_level: 50 });
    await put(here, { ...here.double.madeUp, token_id: String(strong?.id) });

    await expect(wholeRotation(here)).rejects.toMatchObject({ code: 'AUTHENTICATION_REFUSED' });
    expect(here.double.live()).toHaveLength(2);
  });

  it('revokes nothing by a token_id that is not that of the token', async () => {
    const here = await world();
    here.double.crowd(1);
    const theirs = here.double.tokens()[0];
    await put(here, { token_id: String(theirs?.id) });
    await put(here, {});

    await expect(wholeRotation(here)).rejects.toMatchObject({ code: 'TARGET_MISMATCH' });
    expect(here.double.opens({ token: theirs?.value })).toBe(true);
  });

  it('says what is missing when the first token is dead before it was ever rotated', async () => {
    const here = await world();
    await put(here, here.double.madeUp);

    const error = await wholeRotation(here).catch((thrown) => thrown);

    expect(error).toMatchObject({ code: 'AUTHENTICATION_REFUSED' });
    expect(error.hint).toContain('without token_id');
  });

  it('finds a token beyond the first page', async () => {
    const here = await world();
    await wholeRotation(here);
    const previous = await labelled(here.store, 'AWSPREVIOUS');
    here.double.crowd(150);

    await wholeRotation(here);

    expect(here.double.opens(previous ?? {})).toBe(false);
  });

  it.each([
    ['neither project nor group', { project: undefined }],
    ['both', { group: 'acme' }],
    ['a step up', { project: '..' }],
    ['another project', { project: 'acme/other' }],
    ['a host with a path', { host: 'gitlab.example.com/api' }],
  ])('refuses a secret that names %s', async (_what, fields) => {
    const here = await world();
    if ('host' in fields) Object.assign(here.double.admin ?? {}, fields);
    await put(here, fields);

    await expect(wholeRotation(here)).rejects.toMatchObject({ code: 'INVALID_SECRET' });
    expect(here.double.live()).toHaveLength(1);
  });

  it('copies no rights from a token of another project, although the previous one is of this', async () => {
    const here = await world();
    await wholeRotation(here);
    const current = await labelled(here.store, 'AWSCURRENT');
    const moved = here.double.tokens().find(({ value }) => value === current?.token);
    Object.assign(moved ?? {}, { owner: 'projects/acme/other' });
    const before = here.double.live();

    const rotated = wholeRotation(here);

    await expect(rotated).rejects.toMatchObject({ fact: expect.stringContaining('is not one of this project') });
    expect(here.double.live()).toEqual(before);
  });

  it('sends the admin token to no other host than its own', async () => {
    const here = await world();
    await put(here, { host: 'gitlab.evil.example' });

    await expect(wholeRotation(here)).rejects.toMatchObject({ code: 'TARGET_MISMATCH' });
    expect(here.double.calls).toEqual([]);
  });

  it.each([
    ['revoked', { revoked: true }],
    ['ended by its date', { expires_at: '2026-01-01' }],
  ])('waits for no use of a token that is %s, which a GitLab before 17.2 lists all the same', async (_what, end) => {
    const double = await startGitlab();
    doubles.push(double);
    const here = keyWorld(gitlab, double, {}, (transport) => (request) => {
      request.url.searchParams.delete('state');
      return transport(request);
    });
    for (let turn = 0; turn < 2; turn++) await wholeRotation(here);
    const previous = (await labelled(here.store, 'AWSPREVIOUS')) ?? {};
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 2 * 3_600_000 });
    double.use?.(previous);
    Object.assign(double.tokens().find(({ value }) => value === previous.token) ?? {}, end);

    const { token } = await wholeRotation(here);

    expect((await byLabel(here.store)).AWSCURRENT).toBe(token);
    expect(double.live()).toHaveLength(2);
  });
});
