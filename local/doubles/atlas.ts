/** A double of MongoDB Atlas' service accounts: https://www.mongodb.com/docs/api/doc/atlas-admin-api-v2/group/endpoint-service-accounts */
import { randomBytes } from 'node:crypto';
import type { DoubleAnswer, ProviderDouble } from './double.ts';
import { basicOf, bearerOf, created, lateUse, ok, serve } from './double.ts';
import { guarded, keyring } from './keyring.ts';

interface StoredSecret {
  readonly id: string;
  readonly value: string;
  readonly account: string;
  readonly createdAt: Date;
  expiresAt: Date;
  lastUsedAt: Date | undefined;
  lag: number;
}

export interface AtlasDouble extends ProviderDouble {
  secrets(): readonly StoredSecret[];
  /** The organization may shorten it. */
  longestLife: number;
  /** Lets so much time pass for every secret that there is. */
  age(ms: number): void;
  /** Lets a service account manage secrets. */
  allow(account: string): void;
}

const HOUR = 3_600_000;
const CUT = 7 * 24 * HOUR;
const SLOTS = 2;
const problem = (error: number, errorCode: string): DoubleAnswer => ({
  status: error,
  json: { error, errorCode, detail: 'as documented', reason: 'as documented' },
});

export async function startAtlas(): Promise<AtlasDouble> {
  const org = randomBytes(12).toString('hex');
  const newAccount = () => `mdb_sa_id_${randomBytes(12).toString('hex')}`;
  const [rotated, manager, reader] = [newAccount(), newAccount(), newAccount()];
  const ring = keyring<StoredSecret>({
    isAlive: ({ expiresAt }) => expiresAt.getTime() > Date.now(),
    noteUse: (secret, at) => void Object.assign(secret, { lastUsedAt: at }),
  });
  const managers = new Set([manager]);
  const tokens = new Map<string, string>();
  // No two are made in the same millisecond.
  let clock = Date.now() - 1000;
  const make = (account: string, hours: number, lag = 0): StoredSecret => {
    const createdAt = new Date(++clock);
    for (const before of of(account)) {
      before.expiresAt = new Date(Math.min(before.expiresAt.getTime(), createdAt.getTime() + CUT));
    }
    return ring.add({
      id: randomBytes(12).toString('hex'),
      value: `mdb_sa_sk_${randomBytes(30).toString('base64url')}`,
      account,
      createdAt,
      expiresAt: new Date(createdAt.getTime() + hours * HOUR),
      lastUsedAt: undefined,
      lag,
    });
  };
  const of = (account: string) => ring.all().filter((secret) => secret.account === account);
  const shown = ({ id, value, createdAt, expiresAt, lastUsedAt }: StoredSecret) => ({
    id,
    createdAt,
    expiresAt,
    lastUsedAt,
    maskedSecretValue: `mdb_sa_sk_${'*'.repeat(8)}${value.slice(-4)}`,
  });
  const managed = guarded((request) => {
    if (request.headers.accept !== 'application/vnd.atlas.2024-08-05+json') return problem(406, 'INVALID_VERSION_DATE');
    const account = tokens.get(bearerOf(request));
    if (account === undefined) return problem(401, 'UNAUTHORIZED');
    if (!managers.has(account)) return problem(403, 'USER_UNAUTHORIZED');
    const isThere = request.params[0] === org && request.params[1] === rotated;
    return isThere ? undefined : problem(404, 'RESOURCE_NOT_FOUND');
  });
  const at = '/api/atlas/v2/orgs/:org/serviceAccounts/:account';
  const served = await serve({
    'POST /api/oauth/token': (request) => {
      const [account, value] = basicOf(request);
      if (ring.holding(value)?.account !== account || ring.used(value) === undefined) {
        return { status: 401, json: { error: 'invalid_client', error_description: 'client authentication failed' } };
      }
      const access_token = randomBytes(24).toString('base64url');
      tokens.set(access_token, account);
      return ok({ access_token, expires_in: 3600, token_type: 'Bearer' });
    },
    'GET /api/atlas/v2/orgs/:org/settings': (request) =>
      managers.has(tokens.get(bearerOf(request)) ?? '')
        ? ok({ maxServiceAccountSecretValidityInHours: double.longestLife / 3600 })
        : problem(403, 'USER_UNAUTHORIZED'),
    [`GET ${at}`]: managed(() => ok({ clientId: rotated, secrets: of(rotated).map(shown) })),
    [`POST ${at}/secrets`]: managed(({ body }) => {
      const hours = Number(body.secretExpiresAfterHours);
      if (of(rotated).length >= SLOTS) return problem(400, 'SERVICE_ACCOUNT_MAX_SECRETS');
      if (!Number.isInteger(hours) || hours < 8 || hours * 3600 > double.longestLife)
        return problem(400, 'INVALID_ATTRIBUTE');
      const secret = make(rotated, hours, double.lag);
      return created({ ...shown(secret), secret: secret.value });
    }),
    [`DELETE ${at}/secrets/:id`]: managed(({ params }) => {
      const isTheirs = of(rotated).some(({ id }) => id === params[2]);
      return isTheirs && ring.keys.delete(params[2] ?? '') ? { status: 204 } : problem(404, 'RESOURCE_NOT_FOUND');
    }),
  });

  const [admin, powerless] = [ring.lend(make(manager, 8760)), ring.lend(make(reader, 8760))];
  const first = make(rotated, 2160);
  const double: AtlasDouble = {
    ...served,
    ...ring.inField('client_secret'),
    longestLife: 8760 * 3600,
    first: { org_id: org, client_id: rotated, client_secret: first.value, secret_id: first.id },
    admin: { org_id: org, client_id: manager, client_secret: admin.value },
    powerless: { client_id: reader, client_secret: powerless.value },
    madeUp: { client_secret: `mdb_sa_sk_${randomBytes(30).toString('base64url')}` },
    opens: ({ client_secret }) => ring.holding(client_secret)?.account === rotated,
    fill() {
      while (of(rotated).length < SLOTS) ring.lend(make(rotated, 2160)).lastUsedAt = lateUse();
    },
    secrets: () => of(rotated),
    allow: (account) => void managers.add(account),
    age(ms) {
      for (const secret of of(rotated)) {
        Object.assign(secret, {
          createdAt: new Date(secret.createdAt.getTime() - ms),
          expiresAt: new Date(secret.expiresAt.getTime() - ms),
        });
      }
    },
  };
  return double;
}
