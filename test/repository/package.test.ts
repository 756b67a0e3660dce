import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { patience } from '../support/patience.ts';
import { read, root } from './files.ts';
import { actionsOf, makePackage, type Package, type Resource, type Statement, statementsOf } from './template.ts';

let made: Package;
beforeAll(async () => {
  made = await makePackage();
}, patience(120_000));
afterAll(() => made?.remove());

const ofType = (type: string): [string, Resource][] =>
  Object.entries(made.resources).filter(([, { Type }]) => Type === type);
const lambdas = () =>
  ofType('AWS::Lambda::Function').map(([id, { Properties }]) => ({ id, ...(Properties as unknown as Lambda) }));
const roleOf = (lambda: Lambda) => made.resources[lambda.Role['Fn::GetAtt'][0] ?? ''];
const arnOf = (lambda: Lambda) => ({
  'Fn::Sub': `arn:\${AWS::Partition}:lambda:\${AWS::Region}:\${AWS::AccountId}:function:${lambda.FunctionName}`,
});

interface Lambda {
  FunctionName: string;
  Handler: string;
  Timeout: number;
  Role: { 'Fn::GetAtt': string[] };
}

type Build = { functions: Record<string, { bytesAtStart: number; packages: Record<string, number> }> };
const build = (): Build => JSON.parse(read('dist/build.json'));
/** In kB, by bundle: what it has, and a little room. A bundle that is not there yet has the room of a new driver. */
const limits: Record<string, { zip: number; start: number }> = JSON.parse(read('test/repository/sizes.json'));

describe('every function', () => {
  it('has a zip of its own, and loads at its start, no more than sizes.json says', () => {
    const { functions } = build();
    const measured = lambdas().map(({ FunctionName, Handler }) => {
      const name = FunctionName.replace(/^rekey-dev-/, '');
      const [, bundle = ''] = Handler.split('/');
      const most = limits[bundle] ?? { zip: 310, start: 310 };
      return {
        name,
        zip: statSync(join(made.folder, `${name}.zip`)).size,
        start: functions[bundle]?.bytesAtStart,
        most,
      };
    });

    const tooLarge = measured.filter(
      ({ zip, start = Infinity, most }) => zip >= most.zip * 1000 || start >= most.start * 1000,
    );

    expect(measured.length).toBeGreaterThan(0);
    expect(tooLarge).toEqual([]);
  });

  it(
    'is the same to the byte when it is packaged again, beside others',
    async () => {
      const keys = ['postgres-single-user', 'declared', 'watch'];
      const again = await makePackage(`functions=${keys}`);
      onTestFinished(() => again.remove());

      const digests = (folder: string) =>
        keys.map((key) =>
          createHash('sha256')
            .update(readFileSync(join(folder, `${key}.zip`)))
            .digest('hex'),
        );

      expect(digests(again.folder)).toEqual(digests(made.folder));
    },
    patience(120_000),
  );

  it('names an export of its bundle that takes an event and a context', async () => {
    for (const { Handler } of lambdas()) {
      const [path = '', name = ''] = Handler.split('.');

      const bundle = await import(pathToFileURL(join(root, `${path}.mjs`)).href);

      expect(bundle[name], Handler).toBeTypeOf('function');
      // Lambda's Node 24 refuses handlers with a callback.
      expect(bundle[name].length, Handler).toBeLessThanOrEqual(2);
    }
  });

  it('has a role that no other function has', () => {
    const roles = lambdas().map((lambda) => lambda.Role['Fn::GetAtt'][0]);

    expect(new Set(roles).size).toBe(lambdas().length);
    const others = ofType('AWS::IAM::Role').filter(([id]) => !roles.includes(id));
    expect(others.filter(([id]) => !/Scheduler$|^FleetRole$/.test(id))).toEqual([]);
  });

  it('may be invoked by Secrets Manager of this account only, and of the one that the deployment names', () => {
    const permissions = ofType('AWS::Lambda::Permission').map(([, { Properties }]) => Properties);

    const rotating = lambdas().filter((lambda) =>
      statementsOf(roleOf(lambda)).some((one) => actionsOf(one).includes('secretsmanager:UpdateSecretVersionStage')),
    );
    for (const { id } of rotating) {
      expect(permissions).toContainEqual({
        FunctionName: { 'Fn::GetAtt': [id, 'Arn'] },
        Action: 'lambda:InvokeFunction',
        Principal: 'secretsmanager.amazonaws.com',
        SourceAccount: { Ref: 'AWS::AccountId' },
      });
    }
    const ofOthers = ofType('AWS::Lambda::Permission').filter(
      ([, { Properties }]) => JSON.stringify(Properties.SourceAccount) === '{"Ref":"SecretAccountId"}',
    );
    expect(ofOthers.map(([, { Condition }]) => Condition)).toEqual(rotating.map(() => 'HasSecretAccount'));
    expect(permissions.filter(({ Principal }) => Principal === 'secretsmanager.amazonaws.com')).toHaveLength(
      rotating.length * 2,
    );
  });

  it('keeps its log for a limited time, and its death there is counted', () => {
    const logs = ofType('AWS::Logs::LogGroup');
    const counted = ofType('AWS::Logs::MetricFilter').map(([, { Properties }]) => Properties.LogGroupName);

    for (const { FunctionName } of lambdas()) {
      const [id, { Properties }] =
        logs.find((one) => one[1].Properties.LogGroupName === `/aws/lambda/${FunctionName}`) ??
        expect.fail(`${FunctionName} has no log`);
      expect(Properties.RetentionInDays).toBe(90);
      expect(counted).toContainEqual({ Ref: id });
    }
  });

  it('has its ARN among the outputs', () => {
    for (const { id } of lambdas()) {
      expect(Object.values(made.outputs)).toContainEqual(
        expect.objectContaining({ Value: { 'Fn::GetAtt': [id, 'Arn'] } }),
      );
    }
  });
});

/** What Rekey's functions have said: one reads it, so that nobody is told twice. */
const logsOfRekey = {
  'Fn::Sub': `arn:\${AWS::Partition}:logs:\${AWS::Region}:\${AWS::AccountId}:log-group:/aws/lambda/rekey-*`,
};

/** The daily look reads names, dates and labels of all secrets, and no value. */
const looks = ({ Handler }: Lambda, action: string) =>
  Handler.startsWith('dist/watch/') && /^secretsmanager:List(Secrets|SecretVersionIds)$/.test(action);

describe('every role', () => {
  it('reaches secrets only while they name its function, superuser and admin secrets apart', () => {
    for (const lambda of lambdas()) {
      const open = statementsOf(roleOf(lambda)).filter(
        ({ Action, Resource, Condition }) =>
          [Action].flat().some((action) => action.startsWith('secretsmanager:') && !looks(lambda, action)) &&
          !/^\{"Ref":"(SuperuserSecretArns|\w+AdminSecretArns)"\}$/.test(JSON.stringify(Resource)) &&
          JSON.stringify(Condition) !==
            JSON.stringify({ StringEquals: { 'secretsmanager:resource/AllowRotationLambdaArn': arnOf(lambda) } }),
      );

      expect(open).toEqual([]);
    }
  });

  it('uses keys only through the service that they belong to', () => {
    const keys = lambdas().flatMap((lambda) =>
      statementsOf(roleOf(lambda)).filter((one) => actionsOf(one).some((action) => action.startsWith('kms:'))),
    );

    expect(keys.length).toBeGreaterThan(0);
    for (const { Condition } of keys) expect(Condition).toHaveProperty(['StringEquals', 'kms:ViaService']);
  });

  it('publishes to the topic only, and writes its own log only', () => {
    for (const lambda of lambdas()) {
      const statements = statementsOf(roleOf(lambda));
      const log = ofType('AWS::Logs::LogGroup').find(
        ([, { Properties }]) => Properties.LogGroupName === `/aws/lambda/${lambda.FunctionName}`,
      );

      const resourcesOf = (service: string) =>
        statements
          .filter((one) => actionsOf(one).every((action) => action.startsWith(service)))
          .map(({ Resource }) => Resource);

      expect(resourcesOf('sns:')).toEqual([{ Ref: 'RotationTopic' }]);
      const others = lambda.Handler.endsWith('.rotationEvents') ? [logsOfRekey] : [];
      expect(resourcesOf('logs:')).toEqual([...others, { 'Fn::Sub': `\${${log?.[0]}.Arn}` }]);
    }
  });

  it('has no resource * but for lists that take no name, and network interfaces, which it denies to its own code', () => {
    const nameless = [
      'secretsmanager:ListSecrets',
      'redshift:DescribeClusters',
      'redshift-serverless:ListNamespaces',
      'redshift-serverless:ListWorkgroups',
    ];

    for (const lambda of lambdas()) {
      const wide = statementsOf(roleOf(lambda)).filter(
        (one) => one.Resource === '*' && !actionsOf(one).every((action) => nameless.includes(action)),
      );

      const allowed = wide.filter(({ Effect }) => Effect === 'Allow');
      const denied = wide.filter(
        (one) => one.Effect === 'Deny' && actionsOf(one).some((action) => /^ec2:/.test(action)),
      );

      expect(allowed.flatMap(actionsOf).filter((action) => !action.startsWith('ec2:'))).toEqual([]);
      expect(denied.map(({ Condition }) => Condition)).toEqual([
        { ArnEquals: { 'lambda:SourceFunctionArn': arnOf(lambda) } },
      ]);
      expect(denied.flatMap(actionsOf)).toEqual(allowed.flatMap(actionsOf));
    }
  });

  it('has no action with a wildcard', () => {
    const actions = lambdas().flatMap((lambda) => statementsOf(roleOf(lambda)).flatMap(actionsOf));

    expect(actions.filter((action) => action.includes('*'))).toEqual([]);
  });
});

describe('superuser secrets', () => {
  const withSuperuser = ['alternatingUsers', 'superuserSet'];
  const readsSuperusers = (statement: Statement) => JSON.stringify(statement.Resource).includes('SuperuserSecretArns');
  const exportOf = ({ Handler }: Lambda) => Handler.split('.')[1] ?? '';

  it('are read by the strategies that need a superuser, and by no other function', () => {
    const readers = lambdas().filter((lambda) => statementsOf(roleOf(lambda)).some(readsSuperusers));

    expect(readers.length).toBeGreaterThan(0);
    expect(readers).toEqual(lambdas().filter((lambda) => withSuperuser.includes(exportOf(lambda))));
  });

  it('are never changed', () => {
    const actions = lambdas().flatMap((lambda) =>
      statementsOf(roleOf(lambda)).filter(readsSuperusers).flatMap(actionsOf),
    );

    expect(new Set(actions)).toEqual(new Set(['secretsmanager:DescribeSecret', 'secretsmanager:GetSecretValue']));
  });

  it('come with describe calls of the service whose client the bundle holds, which no other function has', () => {
    const bundleOf = ({ Handler }: Lambda) => Handler.split('/')[1] ?? '';
    const clientsOf = (bundle: string) =>
      Object.keys(build().functions[bundle]?.packages ?? {}).flatMap(
        (name) => /^@aws-sdk\/client-(.+)/.exec(name)?.[1] ?? [],
      );
    const others = new Set(clientsOf('generated-value'));
    const own = (lambda: Lambda) => new Set(clientsOf(bundleOf(lambda)).filter((name) => !others.has(name)));
    const withSuperusers = lambdas().filter((lambda) => withSuperuser.includes(exportOf(lambda)));
    const services = new Set(withSuperusers.flatMap((lambda) => [...own(lambda)]));
    const servicesOf = (lambda: Lambda) => {
      const actions = statementsOf(roleOf(lambda)).flatMap(actionsOf);
      return new Set(actions.map((action) => action.split(':')[0] ?? '').filter((service) => services.has(service)));
    };

    expect(services).toEqual(new Set(['rds', 'redshift', 'redshift-serverless']));
    for (const lambda of lambdas()) {
      const expected = withSuperuser.includes(exportOf(lambda)) ? own(lambda) : new Set();
      expect(servicesOf(lambda), lambda.Handler).toEqual(expected);
    }
  });
});

describe('admin secrets of providers', () => {
  const mentions = (text: string) => (lambda: Lambda) => JSON.stringify(statementsOf(roleOf(lambda))).includes(text);

  it('are read by no function that reads superuser secrets, and the other way round', () => {
    const both = lambdas().filter((one) => mentions('AdminSecretArns')(one) && mentions('SuperuserSecretArns')(one));

    expect(lambdas().filter(mentions('AdminSecretArns')).length).toBeGreaterThan(0);
    expect(both).toEqual([]);
  });

  it('are read by functions of their own provider only', () => {
    const read = lambdas().map((lambda) => ({
      vendor: lambda.Handler.split('/')[1]?.replaceAll('-', ''),
      arns: [...JSON.stringify(statementsOf(roleOf(lambda))).matchAll(/"Ref":"(\w+)AdminSecretArns"/g)].map(
        ([, vendor = '']) => vendor.toLowerCase(),
      ),
    }));

    expect(read.flatMap(({ arns }) => arns).length).toBeGreaterThan(9);
    expect(read.filter(({ vendor, arns }) => arns.some((one) => one !== vendor))).toEqual([]);
  });

  it('and schedules: a function may hand over one role, to the scheduler alone, and that may invoke this function only', () => {
    const passing = lambdas().flatMap((lambda) =>
      statementsOf(roleOf(lambda))
        .filter((one) => actionsOf(one).includes('iam:PassRole'))
        .map((statement) => ({ lambda, ...statement })),
    );

    expect(passing.length).toBeGreaterThan(9);
    for (const { lambda, Resource, Condition } of passing) {
      const [id = ''] = (Resource as { 'Fn::GetAtt': string[] })['Fn::GetAtt'];
      expect(Condition).toEqual({ StringEquals: { 'iam:PassedToService': 'scheduler.amazonaws.com' } });
      expect(statementsOf(made.resources[id])).toEqual([
        {
          Sid: 'CallRotationFunction',
          Effect: 'Allow',
          Action: 'lambda:InvokeFunction',
          Resource: arnOf(lambda),
        },
      ]);
    }
  });
});

describe('the stack', () => {
  it('keeps zips in a bucket that is private and has all versions', () => {
    const [[, bucket] = []] = ofType('AWS::S3::Bucket');

    expect(bucket?.Properties).toMatchObject({
      VersioningConfiguration: { Status: 'Enabled' },
      PublicAccessBlockConfiguration: { BlockPublicAcls: true, BlockPublicPolicy: true, RestrictPublicBuckets: true },
      BucketEncryption: expect.anything(),
    });
  });

  it('encrypts the topic', () => {
    expect(made.resources.RotationTopic?.Properties).toHaveProperty('KmsMasterKeyId');
  });

  it('says no partition and no suffix of one: China and GovCloud have others', () => {
    const texts = JSON.stringify(made.resources, (key, value) => (key === 'Description' ? undefined : value));

    expect(texts.match(/arn:aws:[^"]*/g)).toBeNull();
    const suffixed = [...texts.matchAll(/"Service":"[\w.]+"|"Principal":"[\w.]+"|[\w.]*amazonaws\.com[\w.]*/g)];
    // Principals, which are the same everywhere, and one that a role may be passed to.
    const same = /^"(Service|Principal)":"\w+\.amazonaws\.com"$|^scheduler\.amazonaws\.com$/;
    expect(suffixed.map(([one]) => one).filter((one) => !same.test(one))).toEqual([]);
  });

  it('makes the example schedule only on request', () => {
    const schedules = ofType('AWS::SecretsManager::RotationSchedule').map(([, { Condition }]) => Condition);

    expect(schedules).toEqual(['HasSchedule']);
  });
});
