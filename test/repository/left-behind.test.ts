/** What goes with a function: the command of Serverless itself, with a stand-in for Secrets Manager. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { leftBehind } from '../../tools/stack/left-behind.ts';
import { patience } from '../support/patience.ts';
import { serverless } from './template.ts';

const arn = (name: string) => `arn:aws:lambda:us-east-1:123456789012:function:${name}`;
const secrets = [
  { Name: 'prod/stays', RotationLambdaARN: arn('rekey-dev-mysql-single-user') },
  { Name: 'prod/goes', RotationLambdaARN: arn('rekey-dev-sendgrid') },
  { Name: 'prod/version', RotationLambdaARN: `${arn('rekey-dev-iam')}:live` },
  { Name: 'prod/others', RotationLambdaARN: arn('rekey-development-iam') },
  { Name: 'prod/beside', RotationLambdaARN: arn('rekey-dev-b-iam') },
  { Name: 'prod/by-hand' },
];

it('a secret is left behind by a function of this stack that goes, and by no other', () => {
  const known = ['mysql-single-user', 'sendgrid', 'iam'];
  const stay = ['rekey-dev-mysql-single-user'];
  expect(leftBehind(secrets, { prefix: 'rekey-dev', known, stay })).toEqual([
    { secret: 'prod/goes', function: 'rekey-dev-sendgrid' },
    { secret: 'prod/version', function: 'rekey-dev-iam' },
  ]);
});

it('a function whose block is gone from serverless.yml leaves its secrets behind too', () => {
  const [, gone] = secrets;
  expect(leftBehind(gone ? [gone] : [], { prefix: 'rekey-dev', known: ['iam'], stay: [] })).toHaveLength(1);
});

/** What serverless said, and what it asked. `answer`: of ListSecrets. */
async function removed(answer: object, status: number, ...args: string[]) {
  const asked: string[] = [];
  const service = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      const [, action] = /^Action=(\w+)/.exec(body) ?? [];
      // Serverless says of an error whose account it was.
      if (action !== 'GetCallerIdentity') asked.push(String(request.headers['x-amz-target'] ?? action ?? request.url));
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(answer));
    });
  });
  await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => new Promise((resolve) => void service.close(() => resolve())));
  const url = `http://127.0.0.1:${(service.address() as AddressInfo).port}`;
  const said = await serverless.at(
    { AWS_ENDPOINT_URL: url, AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test', AWS_MAX_ATTEMPTS: '1' },
    'remove',
    ...args,
  );
  return { asked, said };
}

it(
  'removing a stack ends before anything is removed, with the secrets that name its functions',
  async () => {
    const { asked, said } = await removed({ SecretList: secrets }, 200);

    expect(asked).toEqual(['secretsmanager.ListSecrets']);
    expect(said).toContain('prod/goes  rekey-dev-sendgrid');
    expect(said).toContain('prod/stays  rekey-dev-mysql-single-user');
    expect(said).not.toMatch(/prod\/(others|beside)/);
    expect(said).toContain('cancel-rotate-secret');
  },
  patience(60_000),
);

it(
  'it goes on where no secret does, where somebody knows, and with a warning where nobody may look',
  async () => {
    const denied = { __type: 'AccessDeniedException', message: 'no' };

    const [none, known, unseen] = await Promise.all([
      removed({ SecretList: secrets.slice(3) }, 200),
      removed({ SecretList: secrets }, 200, '--param', 'left-behind=allow'),
      removed(denied, 400),
    ]);

    for (const { asked } of [none, known, unseen]) expect(asked.at(-1)).toMatch(/Stack|\//);
    expect(known.asked).not.toContain('secretsmanager.ListSecrets');
    expect(unseen.said).toContain('secretsmanager:ListSecrets is denied');
  },
  patience(120_000),
);
