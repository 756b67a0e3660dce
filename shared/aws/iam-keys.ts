/** IAM and STS, for the rotation of access keys. */
import {
  CreateAccessKeyCommand,
  DeleteAccessKeyCommand,
  GetAccessKeyLastUsedCommand,
  IAMClient,
  ListAccessKeysCommand,
  UpdateAccessKeyCommand,
} from '@aws-sdk/client-iam';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { unusableAnswer } from '../keys/api/read.ts';
import type { KeyAccess } from '../keys/provider.ts';
import type { IamKeys } from '../keys/vendors/iam.ts';
import { AuthenticationError, InvalidSecretError } from '../rotation/errors.ts';
import { nameOf, serviceError } from './service-error.ts';
import { transportHandler } from './transport-handler.ts';

/** A key that is not known (yet), is inactive, or has another secret: https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html */
const KEY_REFUSED = ['InvalidClientTokenId', 'SignatureDoesNotMatch', 'UnrecognizedClientException', 'AuthFailure'];
const GONE = 'NoSuchEntityException';
/** An ARN, or a name with its path, is no user name: https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html */
const NO_NAME = 'ValidationError';

export const iamKeys: IamKeys = {
  async list(user, access) {
    const what = `ListAccessKeys of user ${user}`;
    const answer = await asRole(what, access, (client, options) =>
      client.send(new ListAccessKeysCommand({ UserName: user }), options),
    ).catch((error) => {
      if ([GONE, NO_NAME].includes(nameOf(error))) throw noUser(user, error);
      throw isUnreadable(error) ? lacking(what, 'CreateDate', error) : serviceError(error, what);
    });
    if (answer.AccessKeyMetadata === undefined) throw lacking(what, 'AccessKeyMetadata');
    return answer.AccessKeyMetadata.map(({ AccessKeyId: id, CreateDate: createdAt }) => {
      if (id === undefined || createdAt === undefined) throw lacking(what, 'AccessKeyId and CreateDate');
      return { id, createdAt };
    });
  },

  async lastUse(id, access) {
    const what = 'GetAccessKeyLastUsed';
    const answer = await asRole(what, access, (client, options) =>
      client.send(new GetAccessKeyLastUsedCommand({ AccessKeyId: id }), options),
    ).catch((error) => {
      // Revoked since it was listed.
      if (nameOf(error) === GONE) return undefined;
      throw isUnreadable(error) ? lacking(what, 'LastUsedDate', error) : serviceError(error, what);
    });
    const { LastUsedDate: at, ServiceName: service = '', Region: region = '' } = answer?.AccessKeyLastUsed ?? {};
    return at && { at, service, region };
  },

  async create(user, access) {
    const what = `CreateAccessKey for user ${user}`;
    try {
      const { AccessKey } = await asRole(what, access, (client, options) =>
        client.send(new CreateAccessKeyCommand({ UserName: user }), options),
      );
      const { AccessKeyId: id, SecretAccessKey: secret } = AccessKey ?? {};
      if (id === undefined || secret === undefined) throw lacking(what, 'AccessKey');
      access.ctx.redact.add(secret);
      return { id, secret };
    } catch (error) {
      if (nameOf(error) === 'LimitExceededException') return 'limit';
      throw serviceError(error, what);
    }
  },

  deactivate: (user, id, access) =>
    unlessGone(`UpdateAccessKey of user ${user}`, access, (client, options) =>
      client.send(new UpdateAccessKeyCommand({ UserName: user, AccessKeyId: id, Status: 'Inactive' }), options),
    ),

  remove: (user, id, access) =>
    unlessGone(`DeleteAccessKey of user ${user}`, access, (client, options) =>
      client.send(new DeleteAccessKeyCommand({ UserName: user, AccessKeyId: id }), options),
    ),

  async ownerOf({ id, secret }, access) {
    const what = 'GetCallerIdentity';
    const credentials = { accessKeyId: id, secretAccessKey: secret };
    const client = new STSClient({ ...options('sts', what, access), credentials });
    try {
      const { Arn } = await client.send(new GetCallerIdentityCommand({}), { abortSignal: access.ctx.signal });
      if (Arn === undefined) throw lacking(what, 'Arn');
      return Arn;
    } catch (error) {
      if (!KEY_REFUSED.includes(nameOf(error))) throw serviceError(error, what);
      throw new AuthenticationError(`AWS refuses the access key (${nameOf(error)})`, {
        hint: 'see in IAM whether it was deleted or is inactive, and store one that works',
        cause: error,
      });
    }
  },
};

type Send<T> = (client: IAMClient, options: { abortSignal: AbortSignal }) => Promise<T>;

/**
 * A client for each call: it speaks through the provider's transport, which belongs to a rotation. IAM is global; the region of the
 * function leads to the endpoint of its partition.
 */
function asRole<T>(what: string, access: KeyAccess, send: Send<T>): Promise<T> {
  return send(new IAMClient(options('iam', what, access)), { abortSignal: access.ctx.signal });
}

async function unlessGone(what: string, access: KeyAccess, send: Send<unknown>): Promise<void> {
  await asRole(what, access, send).catch((error) => {
    if (nameOf(error) !== GONE) throw serviceError(error, what);
  });
}

/** One attempt: a repeat of CreateAccessKey might make a second key, and the step is repeated anyway. */
function options(name: string, what: string, access: KeyAccess) {
  const { providerEndpoint } = access.ctx;
  return {
    maxAttempts: what.startsWith('Create') ? 1 : 3,
    requestHandler: transportHandler(name, what, access),
    ...(providerEndpoint !== undefined && { endpoint: providerEndpoint }),
  };
}

function lacking(what: string, member: string, cause?: unknown) {
  return unusableAnswer(`the answer of iam to ${what} lacks ${member}, or it cannot be read`, { cause });
}

/** IAM said yes, and the SDK makes nothing of it: in an answer that is XML, of a date that is none. */
function isUnreadable(error: unknown): boolean {
  const { $metadata } = error as { $metadata?: { httpStatusCode?: number } };
  return error instanceof TypeError && $metadata?.httpStatusCode === 200;
}

function noUser(user: string, cause: unknown): InvalidSecretError {
  return new InvalidSecretError(`IAM has no user ${user}`, {
    hint: 'write the name alone into user_name, as IAM spells it: without its path, no ARN; upper and lower case differ. Then rotate again',
    cause,
  });
}
