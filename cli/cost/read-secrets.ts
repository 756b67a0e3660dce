import {
  DescribeSecretCommand,
  GetResourcePolicyCommand,
  GetSecretValueCommand,
  type GetSecretValueCommandOutput,
  ListSecretsCommand,
  type SecretListEntry,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { call, causeOf, type Patience, pagesOf } from '../call.ts';
import { inParallel } from '../in-parallel.ts';
import { advise } from './advice.ts';
import type { SecretFacts, Size } from './inventory.ts';
import { scopeOf } from './resource-policy.ts';

/** GetResourcePolicy is limited to 50 a second: https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html */
const AT_A_TIME = 4;

export interface SecretReading {
  readonly client: SecretsManagerClient;
  readonly region: string;
  /** Values are read to measure them, and dropped at once. */
  readonly readSizes: boolean;
  readonly patience: Patience;
  /** Adds what is known from elsewhere, before anything is asked of a single secret. */
  known(listed: readonly SecretFacts[]): Promise<readonly SecretFacts[]>;
  onProgress(line: string): void;
}

/** All secrets, also those that are scheduled for deletion. What cannot change the advice is not asked for. */
export async function readSecrets(reading: SecretReading): Promise<readonly SecretFacts[]> {
  const { region, readSizes, onProgress } = reading;
  let facts: readonly SecretFacts[] = await reading.known(await list(reading));
  const replicated = (secret: SecretFacts) => secret.primaryRegion === region && !secret.isDeleted;
  const movable = (secret: SecretFacts) => ['move', 'could-move'].includes(advise(secret, region).verdict);

  const look = async (what: string, which: typeof movable, change: Change): Promise<Attempt[]> => {
    const chosen = facts.filter(which);
    let done = 0;
    const attempts = await inParallel(chosen, AT_A_TIME, async (secret) => {
      const attempt = await attempted(change, secret, reading);
      done += 1;
      onProgress(`${what} ${done} of ${chosen.length}`);
      return attempt;
    });
    const changed = new Map(attempts.map(({ before, after }) => [before, after]));
    facts = facts.flatMap((secret) => (changed.has(secret) ? (changed.get(secret) ?? []) : secret));
    return attempts;
  };

  await look('replicas', replicated, withReplicas);
  const policies = await look('resource policies', movable, withPolicy);
  const denied = policies.find(({ denial }) => denial !== undefined)?.denial;
  // One secret may deny it in its own policy; all of them mean that the action is not allowed.
  if (denied !== undefined && policies.every(({ denial }) => denial !== undefined)) throw denied;
  if (readSizes) await look('sizes', movable, withSize);
  return facts;
}

type Change = (secret: SecretFacts, reading: SecretReading) => Promise<SecretFacts>;

interface Attempt {
  readonly before: SecretFacts;
  /** Undefined when the secret went away meanwhile. */
  readonly after: SecretFacts | undefined;
  readonly denial?: unknown;
}

async function attempted(change: Change, before: SecretFacts, reading: SecretReading): Promise<Attempt> {
  try {
    return { before, after: await change(before, reading) };
  } catch (error) {
    if (causeOf(error) === 'ResourceNotFoundException') return { before, after: undefined };
    // The service's answer for a secret that was marked for deletion since it was listed.
    if (causeOf(error) === 'InvalidRequestException') return { before, after: { ...before, isDeleted: true } };
    if (change !== withPolicy || causeOf(error) !== 'AccessDeniedException') throw error;
    return { before, after: { ...before, policy: 'unread' }, denial: error };
  }
}

async function list({ client, patience, onProgress }: SecretReading): Promise<SecretFacts[]> {
  const found: SecretFacts[] = [];
  const pages = pagesOf((NextToken) => {
    const command = new ListSecretsCommand({ MaxResults: 100, IncludePlannedDeletion: true, NextToken });
    return call('secretsmanager:ListSecrets', undefined, patience, (abort) => client.send(command, abort));
  });
  for await (const { SecretList = [] } of pages) {
    found.push(...SecretList.map(secretFacts));
    onProgress(`${found.length} secrets`);
  }
  return found;
}

/** ListSecrets does not tell how many replicas a secret has; that and its policy and size come later. */
export function secretFacts(entry: SecretListEntry): SecretFacts {
  const { ARN = '', Name = ARN, OwningService, Type, PrimaryRegion, RotationLambdaARN, RotationRules } = entry;
  return {
    name: Name,
    arn: ARN,
    isDeleted: entry.DeletedDate !== undefined,
    ...(OwningService && { owningService: OwningService }),
    ...(Type && { partner: Type }),
    ...(PrimaryRegion && { primaryRegion: PrimaryRegion }),
    replicas: 0,
    rotates: entry.RotationEnabled === true,
    ...(RotationLambdaARN && { rotationFunction: RotationLambdaARN.split(':')[6] ?? RotationLambdaARN }),
    ...(RotationRules?.Duration && { rotationWindow: RotationRules.Duration }),
    policy: 'none',
    size: 'unread',
    ...(entry.CreatedDate && { created: entry.CreatedDate.toISOString() }),
    ...(entry.LastAccessedDate && { lastAccessed: entry.LastAccessedDate.toISOString() }),
  };
}

async function withReplicas(secret: SecretFacts, { client, patience }: SecretReading): Promise<SecretFacts> {
  const command = new DescribeSecretCommand({ SecretId: secret.arn });
  const { ReplicationStatus = [] } = await call('secretsmanager:DescribeSecret', secret.name, patience, (abort) =>
    client.send(command, abort),
  );
  // A replication that failed made no replica.
  return { ...secret, replicas: ReplicationStatus.filter(({ Status }) => Status !== 'Failed').length };
}

async function withPolicy(secret: SecretFacts, { client, patience }: SecretReading): Promise<SecretFacts> {
  const command = new GetResourcePolicyCommand({ SecretId: secret.arn });
  const { ResourcePolicy } = await call('secretsmanager:GetResourcePolicy', secret.name, patience, (abort) =>
    client.send(command, abort),
  );
  return { ...secret, policy: scopeOf(ResourcePolicy, secret.arn.split(':')[4] ?? '') };
}

async function withSize(secret: SecretFacts, { client, patience }: SecretReading): Promise<SecretFacts> {
  const command = new GetSecretValueCommand({ SecretId: secret.arn });
  try {
    const answer = await call('secretsmanager:GetSecretValue', secret.name, patience, (abort) =>
      client.send(command, abort),
    );
    return { ...secret, size: sizeOf(answer) };
  } catch (error) {
    // It was listed: what is not found is a value.
    if (causeOf(error) === 'ResourceNotFoundException') return { ...secret, size: 'empty' };
    throw error;
  }
}

/** 4 and 8 KB: https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html */
export function sizeOf({ SecretString, SecretBinary }: Partial<GetSecretValueCommandOutput>): Size {
  if (SecretString === undefined) return SecretBinary === undefined ? 'empty' : 'binary';
  const bytes = Buffer.byteLength(SecretString);
  if (bytes === 0) return 'empty';
  return bytes <= 4096 ? 'standard' : bytes <= 8192 ? 'advanced' : 'too-large';
}
