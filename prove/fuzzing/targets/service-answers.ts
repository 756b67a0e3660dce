/** Answers of Secrets Manager and Parameter Store to the four steps of a generated value. */
import fc from 'fast-check';
import { generatedValue } from '../../../functions/generated-value.ts';
import { singleUser } from '../../../functions/postgres.ts';
import { rotationSteps } from '../../../shared/rotation/strategy.ts';
import { changed, type Mutation, mutation } from '../mutation.ts';
import { serviceThat } from '../service.ts';
import { target } from '../target.ts';
import { context } from './events.ts';
import { CANARY } from './secret-values.ts';

interface Odd {
  readonly call: number;
  readonly status: number;
  readonly body: Mutation;
}

interface Input {
  readonly function: 'generated' | 'database' | 'parameter';
  readonly step: (typeof rotationSteps)[number];
  readonly odd: readonly Odd[];
}

const [CURRENT, PENDING] = ['00000000-0000-4000-8000-00000000000a', '00000000-0000-4000-8000-00000000000b'];
const ARN = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:app-AbCdEf';

export const serviceAnswers = target<Input>({
  id: 'service-answers',
  what: 'answers of Secrets Manager and Parameter Store in each step',
  inputs: { whole: 800, quick: 40 },
  async begin() {
    let asked: Input | undefined;
    let call = 0;
    const service = await serviceThat((operation, body) => {
      const answer = answers(operation, body, asked?.function ?? 'generated');
      if (answer === undefined) return undefined;
      const here = call++;
      const text = JSON.stringify(answer);
      const [one] = asked?.odd.filter((each) => each.call === here) ?? [];
      return one === undefined
        ? { status: 200, body: text }
        : { status: one.status, body: changed(text, one.body, { keepsKinds: true }) };
    });
    return {
      input: fc.record({
        function: fc.constantFrom('generated', 'database', 'parameter'),
        step: fc.constantFrom(...rotationSteps),
        odd: fc.array(
          fc.record({ call: fc.nat(4), status: fc.constantFrom(200, 200, 200, 400, 403, 404), body: mutation }),
          { minLength: 1, maxLength: 2 },
        ),
      }),
      secrets: () => [CANARY],
      async give(input) {
        [asked, call] = [input, 0];
        const event = { Step: input.step, SecretId: 'app', ClientRequestToken: PENDING };
        if (input.function === 'parameter') await generatedValue({ Parameter: '/app', Token: PENDING }, context);
        else await (input.function === 'database' ? singleUser : generatedValue)(event, context);
      },
      end: service.close,
    };
  },
});

function answers(operation: string, body: string, kind: Input['function']): unknown {
  // Nothing listens there, so the rotation of the database ends at its door.
  const database = { engine: 'postgres', host: '127.0.0.1', port: 1, username: 'app', password: CANARY, ssl: false };
  const value = kind === 'database' ? database : { generate: { kind: 'hex', bytes: 32 }, value: CANARY };
  const at = Date.now() / 1000;
  switch (operation.replace(/^.*\./, '')) {
    case 'DescribeSecret':
      return {
        ARN,
        Name: 'app',
        RotationEnabled: true,
        VersionIdsToStages: { [CURRENT]: ['AWSCURRENT'], [PENDING]: ['AWSPENDING'] },
        Tags: [{ Key: 'rekey:later', Value: 'x' }],
        CreatedDate: at,
      };
    case 'GetSecretValue':
      return {
        ARN,
        Name: 'app',
        VersionId: body.includes(PENDING) ? PENDING : CURRENT,
        SecretString: JSON.stringify(value),
        VersionStages: [body.includes(PENDING) ? 'AWSPENDING' : 'AWSCURRENT'],
        CreatedDate: at,
      };
    case 'PutSecretValue':
      return { ARN, Name: 'app', VersionId: PENDING, VersionStages: ['AWSPENDING'] };
    case 'UpdateSecretVersionStage':
      return { ARN, Name: 'app' };
    case 'ListSecretVersionIds':
      return { ARN, Name: 'app', Versions: [{ VersionId: CURRENT, VersionStages: ['AWSCURRENT'], CreatedDate: at }] };
    case 'GetParameter':
      return {
        Parameter: {
          Name: '/app',
          Type: 'SecureString',
          Value: JSON.stringify(value),
          Version: 3,
          LastModifiedDate: at,
        },
      };
    case 'GetParameters':
      return {
        Parameters: [
          { Name: '/app', Type: 'SecureString', Value: JSON.stringify(value), Version: 3, LastModifiedDate: at },
        ],
        InvalidParameters: [],
      };
    case 'GetParameterHistory':
      return {
        Parameters: [
          {
            Name: '/app',
            Type: 'SecureString',
            Value: JSON.stringify(value),
            Version: 3,
            Labels: [],
            LastModifiedDate: at,
          },
        ],
      };
    case 'PutParameter':
      return { Version: 4, Tier: 'Standard' };
    case 'ListTagsForResource':
      return { TagList: [{ Key: 'rekey:state', Value: '{}' }] };
    case 'LabelParameterVersion':
      return { InvalidLabels: [], ParameterVersion: 4 };
    case 'DescribeParameters':
      return { Parameters: [{ Name: '/app', Type: 'SecureString', Version: 3, Tier: 'Standard', Policies: [] }] };
    default:
      return undefined;
  }
}
