/** OAuth2 client credentials: asks for a token as the client itself. RFC 6749, section 4.4. */
import * as z from 'zod/mini';
import { PermissionError, ProviderError } from '../../rotation/errors.ts';
import type { Answer, Api } from './call.ts';
import { CHECK_NAMES, REPEAT, refused } from './judge.ts';
import { flagAt, nameAt, type Part, shaped } from './read.ts';
import { send } from './send.ts';
import { basic } from './vendor.ts';

export interface ClientGrant {
  /** Of the token endpoint, below the base of the API. */
  readonly path: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Who asks, for messages: 'the new secret'. */
  readonly as: string;
  /** How the client shows its secret. Many servers take one of the two only. */
  readonly by: 'basic' | 'form';
  /** `scope`, `audience`: what else goes into the form. */
  readonly fields?: Readonly<Record<string, string>>;
}

export interface ClientToken {
  readonly value: string;
  /** Undefined: the server does not tell, so they are those that were asked for (section 5.1). */
  readonly scopes: readonly string[] | undefined;
}

/** The client was accepted, and may not have what it asked for. https://www.rfc-editor.org/rfc/rfc6749#section-5.2, RFC 8707 */
const ACCEPTED_BUT = ['unauthorized_client', 'invalid_scope', 'access_denied', 'invalid_target'];
const FOR_LATER = ['server_error', 'temporarily_unavailable', 'slow_down'];
/** Section 5.1. */
const tokenAnswer = z.object({
  access_token: z.string().check(z.minLength(1)),
  scope: z.optional(z.string()),
});

/**
 * AuthenticationError when, and only when, the client or its secret is refused; PermissionError when it was accepted and may not
 * have this token. The token is made known to the redactor.
 */
export async function clientToken(api: Api, grant: ClientGrant): Promise<ClientToken> {
  const form = { grant_type: 'client_credentials', ...grant.fields, ...inForm(grant) };
  const answer = await send(api, { ...shownBy(grant), form });
  if (answer.status >= 400) throw refusal(answer, api, grant);
  const { access_token: value, scope } = shaped(answer, tokenAnswer);
  api.ctx.redact.add(value);
  return { value, scopes: scope?.split(' ').filter((one) => one !== '') };
}

/**
 * Proves the secret of a client that may have no token of its own: it asks about a token that is none (RFC 7662), or takes back
 * one that is none (RFC 7009), for which it must show itself. Throws as clientToken does.
 */
export async function clientAccepted(
  api: Api,
  grant: ClientGrant,
  path: 'introspection' | 'revocation',
): Promise<void> {
  const call = shownBy(grant);
  const more = path === 'revocation' ? grant.fields : {};
  // What a revocation answers may be anything: only the status counts.
  const expected = path === 'revocation' ? [...call.expected, 200] : call.expected;
  const answer = await send(api, { ...call, expected, form: { token: 'none', ...inForm(grant), ...more } });
  if (answer.status >= 400) throw refusal(answer, api, grant);
  if (path === 'introspection') flagAt(answer, 'active');
}

const inForm = ({ by, clientId, clientSecret }: ClientGrant) =>
  by === 'form' ? { client_id: clientId, client_secret: clientSecret } : {};
const shownBy = ({ path, as, by, clientId, clientSecret }: ClientGrant) => ({
  method: 'POST' as const,
  path,
  as,
  headers: by === 'basic' ? basic(encoded(clientId), encoded(clientSecret)) : {},
  expected: [400, 401, 403],
});

function refusal(answer: Answer, api: Api, { as, path }: ClientGrant): Error {
  const { status } = answer;
  const code = codeIn(answer);
  const how = `(HTTP ${status}${code === undefined ? '' : `, ${code}`})`;
  if (status === 401 || code === 'invalid_client') return refused(api.name, as, how);
  if (status === 403 || (code !== undefined && ACCEPTED_BUT.includes(code))) {
    return new PermissionError(`${api.name} accepts ${as}, but gives it no token ${how}`, {
      hint: 'the client must be allowed this grant, scope and audience; the page of the provider names them',
    });
  }
  const isForLater = code !== undefined && FOR_LATER.includes(code);
  return new ProviderError(`${api.name}, POST ${path} was refused ${how}`, {
    retryable: isForLater,
    hint: isForLater ? REPEAT : CHECK_NAMES,
  });
}

/** Only the registered codes may be shown: anything else may quote what was sent. */
function codeIn(answer: Part): string | undefined {
  const error = nameAt(answer, 'error');
  const known = ['invalid_client', 'invalid_request', 'invalid_grant', 'unsupported_grant_type'];
  return [...known, ...ACCEPTED_BUT, ...FOR_LATER].find((code) => code === error);
}

/** Both parts are form-encoded first: https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1 */
const encoded = (text: string) => String(new URLSearchParams([['', text]])).slice(1);
