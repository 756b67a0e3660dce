/** The one way out: every call goes to the place that AWSCURRENT names, and every value is encoded for where it stands. */
import type { Answer, Api } from '../api/call.ts';
import { clientToken } from '../api/client-credentials.ts';
import { allowedLookup } from '../api/public-address.ts';
import { send } from '../api/send.ts';
import { basic } from '../api/vendor.ts';
import type { Access, KeyAccess, KeySecret } from '../provider.ts';
import type { Description, RequestDescription } from './description.ts';
import { type Place, placeOf } from './hosts.ts';
import { filled, filledJson, inHeader, inPath, type Values } from './placeholders.ts';

export type Ask = (
  request: RequestDescription,
  who: 'admin' | 'key',
  given: Values,
  access: Access | KeyAccess,
  expected?: readonly number[],
  as?: string,
) => Promise<Answer>;

const HINT = 'compare the description with an answer of the provider, or see whether a proxy stands in between';

export function asker(description: Description): Ask {
  return async (
    request,
    who,
    given,
    access,
    expected = [],
    as = who === 'admin' ? 'the admin credential' : 'the key',
  ) => {
    const admin = 'admin' in access ? access.admin : {};
    const values: Values = { current: access.current, admin, ...given };
    const place = placeOf(description.base, values, description);
    const { headers = {}, basic: login } = description.auth[who] ?? {};
    const written = Object.entries({ ...headers, ...request.headers }).map(([header, template]) => [
      header.toLowerCase(),
      filled(template, values, inHeader),
    ]);
    const asIs = (template: string) => filled(template, values, (text) => text);
    const answer = await send(apiAt(place, access, description), {
      method: request.method,
      path: place.path + filled(request.path, values, inPath),
      as,
      headers: {
        ...(login && basic(asIs(login.user), asIs(login.password))),
        ...Object.fromEntries(written),
      },
      ...(request.json && { json: filledJson(request.json, values) }),
      ...(request.form && {
        form: Object.fromEntries(Object.entries(request.form).map(([field, template]) => [field, asIs(template)])),
      }),
      expected,
    });
    return { ...answer, hint: HINT };
  };
}

/** Verification of a client: it is given a token, or refused. */
export async function requireGrant(
  { tokenUrl, id, secret, auth, scope, audience }: NonNullable<Description['verify']['oauth2']>,
  value: KeySecret,
  access: KeyAccess,
  description: Description,
): Promise<void> {
  const values: Values = { current: access.current, key: value };
  const asIs = (template: string) => filled(template, values, (text) => text);
  const place = placeOf(tokenUrl, values, description);
  await clientToken(apiAt(place, access, description), {
    path: place.path || '/',
    clientId: asIs(id),
    clientSecret: asIs(secret),
    as: 'the new secret',
    by: auth === 'basic' ? 'basic' : 'form',
    fields: {
      ...(scope !== undefined && { scope: asIs(scope) }),
      ...(audience !== undefined && { audience: asIs(audience) }),
    },
  });
}

/** An endpoint in the function's settings is its deployer's word, and may be this machine. */
function apiAt(
  { origin }: Place,
  { ctx, transport }: KeyAccess,
  { name, private: isPrivate = false }: Description,
): Api {
  const lookup = ctx.providerEndpoint === undefined ? allowedLookup(isPrivate) : undefined;
  return { name, base: origin, ctx, transport, lookup };
}
