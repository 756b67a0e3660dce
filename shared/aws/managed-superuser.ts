/** The superuser's login, from the secret that `masterarn` names; proven to be for the same server before it is used. */
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { DatabaseEngine } from '../databases/engine.ts';
import { portAt, sameAuthentication, samePlace } from '../databases/place.ts';
import type { DatabaseLogin, DatabaseSecret } from '../databases/secret.ts';
import { databaseSecretSchema } from '../databases/secret.ts';
import type { SuperuserSource } from '../databases/strategies/superuser-source.ts';
import { InvalidSecretError, TargetMismatchError } from '../rotation/errors.ts';
import { parseObject } from '../rotation/json.ts';
import { sameName } from '../rotation/same-name.ts';
import type { RotationContext } from '../rotation/strategy.ts';
import { clientOf } from './clients.ts';
import { describeSecret } from './describe-secret.ts';
import { aboutNamed, namedSecret } from './named-secret.ts';
import type { Server } from './rds.ts';

/** Servers whose service writes the superuser's secret itself, and stores nothing in it but who. */
export interface ManagedServers {
  /** For messages: 'RDS instance or cluster'. */
  readonly title: string;
  /** Tag of such a secret → where the server is that the tag's value names. */
  readonly byTag: Readonly<Record<string, (arn: string, signal: AbortSignal) => Promise<Server>>>;
  /** Does the service say so? Without it, the hosts must be the same. */
  isPrimaryOf?(primary: string, replica: string, signal: AbortSignal): Promise<boolean>;
}

export function superuserSource(servers: ManagedServers): SuperuserSource {
  return {
    async superuserFor(current, engine, ctx) {
      const { masterarn: id = '' } = current;
      const text = await namedSecret(id, 'superuser', ctx.signal);
      const value = parseObject(text);
      const isWhole = value === undefined || !isManaged(value);
      const complete = isWhole ? text : JSON.stringify({ ...value, ...(await managedServer(id, servers, ctx)) });
      const what = `the superuser secret ${id}`;
      const schema = databaseSecretSchema({ accepts: engine.accepts });
      const superuser = aboutNamed(id, () => schema.parse(complete, what));
      ctx.redact.add(...schema.confidential(superuser));
      await requireSameServer({ superuser, current, engine }, servers, ctx);
      return superuser;
    },
  };
}

/** A secret that the service of the server writes, and rotates itself. */
function isManaged(value: Record<string, unknown>): boolean {
  return Object.keys(value).sort().join() === 'password,username';
}

/** Where, from the server that a tag names. */
async function managedServer(
  id: string,
  { title, byTag }: ManagedServers,
  { signal }: RotationContext,
): Promise<Server> {
  const { Tags = [] } = await describeSecret(clientOf(SecretsManagerClient), id, signal);
  for (const [key, serverOf] of Object.entries(byTag)) {
    const arn = Tags.find((tag) => tag.Key === key)?.Value;
    if (arn !== undefined) return serverOf(arn, signal);
  }
  throw new InvalidSecretError(`the superuser secret ${id} has no host, and no tag that names an ${title}`, {
    hint: 'store engine, host, username and password in it, or name the secret that AWS manages for the server',
    about: id,
  });
}

async function requireSameServer(
  { superuser, current, engine }: { superuser: DatabaseLogin; current: DatabaseSecret; engine: DatabaseEngine },
  { isPrimaryOf }: ManagedServers,
  ctx: RotationContext,
): Promise<void> {
  const { masterarn: id = '' } = current;
  if (!sameAuthentication(superuser, current)) {
    throw new TargetMismatchError('the superuser secret and the rotated secret name two authentication databases', {
      hint: 'a user of one is not the user of the same name in the other: give both secrets the same authSource',
      about: id,
    });
  }
  if (samePlace(engine, superuser, current)) return;
  if (!sameName(superuser.host, current.host) && (await isPrimaryOf?.(superuser.host, current.host, ctx.signal))) {
    ctx.log('the superuser is on the primary of this host', { host: current.host, primary: superuser.host });
    return;
  }
  const primary = isPrimaryOf === undefined ? '' : ', or of its primary,';
  throw new TargetMismatchError(
    `the superuser secret is for ${superuser.host}:${portAt(engine, superuser)}, the rotated secret for ${current.host}:${portAt(engine, current)}`,
    {
      hint: `name the superuser secret of the same server${primary} in field masterarn`,
      about: id,
    },
  );
}
