import { afterEach, describe, expect, it } from 'vitest';
import { basicOf, type DoubleAnswer, type DoubleRequest, serve } from '../../../../local/doubles/double.ts';
import { type ClientGrant, clientAccepted, clientToken } from '../../../../shared/keys/api/client-credentials.ts';
import { testContext } from '../../../support/context.ts';

const grant: ClientGrant = {
  path: '/oauth/token',
  clientId: 'client-1',
  clientSecret: 'the+secret/of client-1',
  as: 'the new secret',
  by: 'basic',
  fields: { scope: 'read write' },
};

describe('a token by client credentials', () => {
  const ends: (() => Promise<void>)[] = [];
  afterEach(async () => {
    await Promise.all(ends.splice(0).map((end) => end()));
  });

  async function asked(answer: DoubleAnswer, given: Partial<ClientGrant> = {}) {
    const seen: DoubleRequest[] = [];
    const route = (request: DoubleRequest) => {
      seen.push(request);
      return answer;
    };
    const served = await serve({ 'POST /oauth/token': route });
    ends.push(served.close);
    const ctx = testContext();
    const token = clientToken({ name: 'acme', base: served.url, ctx }, { ...grant, ...given });
    return { token, ctx, seen };
  }
  const refused = (status: number, error?: string, rest = {}) =>
    asked({ status, json: { ...(error && { error }), ...rest } }).then(({ token }) =>
      token.then(
        () => new Error('a token was given'),
        (failure) => failure,
      ),
    );
  const given = {
    status: 200,
    json: { access_token: 'token-of-client-1', scope: 'read  write', token_type: 'bearer' },
  };

  it('shows the client form-encoded in the header, and what is asked for in the form', async () => {
    const { token, seen } = await asked(given);

    const { value, scopes } = await token;

    expect({ value, scopes }).toEqual({ value: 'token-of-client-1', scopes: ['read', 'write'] });
    expect(seen.map(basicOf)).toEqual([['client-1', 'the%2Bsecret%2Fof+client-1']]);
    expect(seen[0]?.body).toEqual({ grant_type: 'client_credentials', scope: 'read write' });
  });

  it('shows the client in the form, where the server wants it there', async () => {
    const { token, seen } = await asked(given, { by: 'form' });

    await token;

    expect(seen[0]?.headers.authorization).toBeUndefined();
    expect(seen[0]?.body).toMatchObject({ client_id: 'client-1', client_secret: 'the+secret/of client-1' });
  });

  it('never lets the token be seen', async () => {
    const { token, ctx } = await asked(given);

    await token;

    expect(ctx.redact.text('it is token-of-client-1')).not.toContain('token-of-client-1');
  });

  it('leaves the scopes open where the server does not tell them', async () => {
    const { token } = await asked({ status: 200, json: { access_token: 'token-of-client-1' } });

    expect((await token).scopes).toBeUndefined();
  });

  it.each([
    [401, 'invalid_client'],
    [400, 'invalid_client'],
    [403, 'invalid_client'],
    [401, 'access_denied'],
    [401, undefined],
  ])('HTTP %s %s: the secret is refused', async (status, code) => {
    expect(await refused(status, code)).toMatchObject({ name: 'AuthenticationError' });
  });

  it.each([
    [400, 'invalid_scope'],
    [400, 'unauthorized_client'],
    [400, 'access_denied'],
    [400, 'invalid_target'],
    [403, 'access_denied'],
    [403, undefined],
  ])('HTTP %s %s: the secret lives, and may not', async (status, code) => {
    expect(await refused(status, code)).toMatchObject({ name: 'PermissionError', code: 'PERMISSION_DENIED' });
  });

  it.each([
    [400, 'invalid_request', false],
    [400, 'temporarily_unavailable', true],
    [400, undefined, false],
    [503, undefined, true],
  ])('HTTP %s %s says nothing of the secret', async (status, code, retryable) => {
    expect(await refused(status, code)).toMatchObject({ code: 'SERVICE_FAILED', retryable });
  });

  it('quotes no text of the server', async () => {
    const error = await refused(400, `no client has the secret ${grant.clientSecret}`, {
      error_description: grant.clientSecret,
    });

    expect(String(error)).not.toContain(grant.clientSecret);
  });

  it('an answer without a token is unusable', async () => {
    const { token } = await asked({ status: 200, json: { token_type: 'bearer' } });

    await expect(token).rejects.toMatchObject({ code: 'UNEXPECTED_ANSWER' });
  });

  describe('a client that may have no token of its own', () => {
    async function proven(answer: DoubleAnswer, kind: 'introspection' | 'revocation' = 'introspection') {
      const seen: DoubleRequest[] = [];
      const route = (request: DoubleRequest) => {
        seen.push(request);
        return answer;
      };
      const served = await serve({ 'POST /oauth/introspect': route });
      ends.push(served.close);
      const api = { name: 'acme', base: served.url, ctx: testContext() };
      return { proof: clientAccepted(api, { ...grant, path: '/oauth/introspect' }, kind), seen };
    }

    it('shows its secret, and asks about no token that lives', async () => {
      const { proof, seen } = await proven({ status: 200, json: { active: false } });

      await proof;

      expect(seen.map(basicOf)).toEqual([['client-1', 'the%2Bsecret%2Fof+client-1']]);
      expect(seen[0]?.body).toEqual({ token: 'none' });
    });

    it('needs no more than a yes from a revocation', async () => {
      const { proof } = await proven({ status: 200, body: 'OK' }, 'revocation');

      await expect(proof).resolves.toBeUndefined();
    });

    it('believes no revocation that says no', async () => {
      const { proof } = await proven({ status: 401, json: { error: 'invalid_client' } }, 'revocation');

      await expect(proof).rejects.toMatchObject({ code: 'AUTHENTICATION_REFUSED' });
    });

    it.each([
      [401, { error: 'invalid_client' }, 'AUTHENTICATION_REFUSED'],
      [403, {}, 'PERMISSION_DENIED'],
      [200, {}, 'UNEXPECTED_ANSWER'],
    ])('HTTP %s %j is %s', async (status, json, code) => {
      const { proof } = await proven({ status, json });

      await expect(proof).rejects.toMatchObject({ code });
    });
  });
});
