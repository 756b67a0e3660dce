/** A double of IAM's access keys and STS's GetCallerIdentity: https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateAccessKey.html */
import { randomBytes } from 'node:crypto';
import { AwsError } from '../aws/aws-error.ts';
import { toXml } from '../aws/protocols/xml.ts';
import type { DoubleAnswer, DoubleRequest, ProviderDouble } from './double.ts';
import { lateUse, serve } from './double.ts';
import { signedBy } from './iam/signature.ts';
import { keyring } from './keyring.ts';

export interface StoredAccessKey {
  readonly id: string;
  /** The secret access key. */
  readonly value: string;
  readonly user: string;
  readonly createdAt: Date;
  status: 'Active' | 'Inactive';
  /** Known to GetAccessKeyLastUsed. A use shows there within hours; here it does at once. */
  used?: { at: Date; service: string; region: string };
  lag: number;
}

export interface IamDouble extends ProviderDouble {
  readonly keys: ReadonlyMap<string, StoredAccessKey>;
  /** Operations, oldest first. */
  readonly operations: readonly string[];
  /** What IAM answers to an operation before it does it. */
  readonly refusals: Map<string, { status: number; code: string }>;
  addUser(name: string): StoredAccessKey;
}

const ACCOUNT = '123456789012';
const MOST = 2;
const NAMESPACES: Readonly<Record<string, string>> = {
  iam: 'https://iam.amazonaws.com/doc/2010-05-08/',
  sts: 'https://sts.amazonaws.com/doc/2011-06-15/',
};

const refusal = (status: number, code: string) => new AwsError(code, 'as the documentation says', status);

export async function startIam(): Promise<IamDouble> {
  const users = new Map<string, string>([['deployer', '/ci/']]);
  const ring = keyring<StoredAccessKey>();
  const { keys } = ring;
  const operations: string[] = [];
  const refusals: IamDouble['refusals'] = new Map();
  let clock = Date.now() - 30 * 86_400_000;
  const make = (user: string, lag: number, at = Date.now()): StoredAccessKey => {
    clock = Math.max(at, clock + 1);
    const id = `AKIA${randomBytes(10).toString('hex').toUpperCase().slice(0, 16)}`;
    const value = randomBytes(30).toString('base64');
    return ring.add({ id, value, user, createdAt: new Date(clock), status: 'Active', lag });
  };
  const of = (user: string) => ring.all().filter((key) => key.user === user);
  const known = (user: string): string => {
    if (!/^[\w+=,.@-]{1,128}$/.test(user)) throw refusal(400, 'ValidationError');
    if (!users.has(user)) throw refusal(404, 'NoSuchEntity');
    return user;
  };
  const keyOf = (user: string, id: string): StoredAccessKey => {
    const key = keys.get(id);
    if (key === undefined || key.user !== user) throw refusal(404, 'NoSuchEntity');
    return key;
  };

  const actions: Record<string, (given: Record<string, string>) => unknown> = {
    ListAccessKeys: ({ UserName = '' }) => ({
      UserName,
      AccessKeyMetadata: {
        member: of(known(UserName)).map(({ id, status, createdAt }) => ({
          UserName,
          AccessKeyId: id,
          Status: status,
          CreateDate: createdAt,
        })),
      },
      IsTruncated: false,
    }),
    GetAccessKeyLastUsed({ AccessKeyId = '' }) {
      const key = keys.get(AccessKeyId);
      // No description names an error of this operation: this is what its siblings say.
      if (key === undefined) throw refusal(404, 'NoSuchEntity');
      const { at, service, region } = key.used ?? { at: undefined, service: 'N/A', region: 'N/A' };
      return { UserName: key.user, AccessKeyLastUsed: { LastUsedDate: at, ServiceName: service, Region: region } };
    },
    CreateAccessKey({ UserName = '' }) {
      if (of(known(UserName)).length >= MOST) throw refusal(409, 'LimitExceeded');
      const { id, value, status, createdAt } = make(UserName, double.lag);
      return {
        AccessKey: { UserName, AccessKeyId: id, Status: status, SecretAccessKey: value, CreateDate: createdAt },
      };
    },
    UpdateAccessKey({ UserName = '', AccessKeyId = '', Status }) {
      keyOf(UserName, AccessKeyId).status = Status === 'Inactive' ? 'Inactive' : 'Active';
      return undefined;
    },
    DeleteAccessKey({ UserName = '', AccessKeyId = '' }) {
      keys.delete(keyOf(UserName, AccessKeyId).id);
      return undefined;
    },
  };

  const identity = (request: DoubleRequest): unknown => {
    const signed = signedBy(request);
    const key = keys.get(signed?.accessKeyId ?? '');
    if (key?.status !== 'Active' || key.lag-- > 0) throw refusal(403, 'InvalidClientTokenId');
    if (!signed?.isBy(key.value)) throw refusal(403, 'SignatureDoesNotMatch');
    key.used = { at: new Date(), service: 'sts', region: 'us-east-1' };
    const Arn = `arn:aws:iam::${ACCOUNT}:user${users.get(key.user)}${key.user}`;
    return { Arn, UserId: `AIDA${key.user}`, Account: ACCOUNT };
  };

  const answer = (request: DoubleRequest): DoubleAnswer => {
    const { Action = '', ...given } = request.body as Record<string, string>;
    const namespace = NAMESPACES[signedBy(request)?.service ?? ''] ?? '';
    const xml = (status: number, root: string, content: Record<string, unknown>): DoubleAnswer => ({
      status,
      headers: { 'content-type': 'text/xml' },
      body: toXml(root, { ...content }, namespace),
    });
    operations.push(Action);
    try {
      const asked = refusals.get(Action);
      if (asked !== undefined) throw refusal(asked.status, asked.code);
      if (Action !== 'GetCallerIdentity' && keys.has(signedBy(request)?.accessKeyId ?? 'none')) {
        throw refusal(403, 'AccessDenied');
      }
      const result = Action === 'GetCallerIdentity' ? identity(request) : actions[Action]?.(given);
      return xml(200, `${Action}Response`, { [`${Action}Result`]: result, ResponseMetadata: { RequestId: 'double' } });
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      const told = { Type: 'Sender', Code: error.code, Message: error.message };
      return xml(error.status, 'ErrorResponse', { Error: told, RequestId: 'double' });
    }
  };

  const first = make('deployer', 0, clock);
  const served = await serve({ 'POST /': answer });
  const held = ({ access_key_id, secret_access_key }: Readonly<Record<string, unknown>>) => {
    const key = ring.holding(secret_access_key);
    return key?.id === access_key_id && key?.status === 'Active' ? key : undefined;
  };
  const double: IamDouble = {
    ...served,
    ...ring.inField('secret_access_key'),
    keys,
    operations,
    refusals,
    first: { user_name: 'deployer', access_key_id: first.id, secret_access_key: first.value },
    madeUp: { access_key_id: `AKIA${'X'.repeat(16)}`, secret_access_key: randomBytes(30).toString('base64') },
    opens: (secret) => held(secret) !== undefined,
    fill() {
      while (of('deployer').length < MOST) {
        ring.lend(make('deployer', 0)).used = { at: new Date(), service: 's3', region: 'eu-west-1' };
      }
    },
    use(secret) {
      const key = held(secret);
      if (key !== undefined) key.used = { at: lateUse(), service: 's3', region: 'eu-west-1' };
    },
    addUser(name) {
      users.set(name, '/');
      return ring.lend(make(name, 0));
    },
  };
  return double;
}
