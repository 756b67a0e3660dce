import { describe, expect, test } from 'vitest';
import {
  attach,
  type Secret,
  versionOf,
  withPending,
  withValue,
} from '../../../../local/services/secrets-manager/secret.ts';
import vectors from '../../../vectors/staging-labels-service.json' with { type: 'json' };
import { id, sandbox } from './sandbox.ts';

interface Vector {
  readonly name: string;
  readonly before: Record<string, string[]>;
  readonly empty?: string;
  readonly call: { put?: string; labels?: string[]; update?: string; move?: string; to?: string; from?: string };
  readonly error?: string;
  readonly after: Record<string, string[]>;
}

describe('staging labels', () => {
  test.for(vectors.vectors as unknown as Vector[])('$name', async (vector) => {
    const account = sandbox();
    const { call, labels } = account;
    await call('CreateSecret', { Name: 'secret' });
    await prepare(vector, account);

    const error = await perform(vector.call, call).then(
      () => undefined,
      (refused) => refused.code,
    );

    expect({ error, after: await labels('secret') }).toEqual({
      error: vector.error,
      after: Object.fromEntries(Object.entries(vector.after).map(([letter, names]) => [id(letter), names])),
    });
  });

  test('a label sits on at most one version whatever is attached', () => {
    const names = ['AWSCURRENT', 'AWSPENDING', 'AWSPREVIOUS', 'BLUE'];
    let secret = bare();
    for (const letter of 'ABC') secret = withPending(secret, letter, 0);

    for (let move = 0; move < 200; move += 1) {
      secret = attach(secret, names[(move * 7) % 4] ?? '', 'ABC'[(move * 5) % 3] ?? '');

      const attached = secret.versions.flatMap((version) => version.labels);
      expect(new Set(attached).size).toBe(attached.length);
    }
  });

  test('a change leaves the secret it was made from as it was', () => {
    const before = withValue(bare(), { id: 'A', value: { string: 'one' }, createdAt: 0 }, ['AWSCURRENT']);

    const after = withValue(before, { id: 'B', value: { string: 'two' }, createdAt: 1 }, ['AWSCURRENT']);

    expect(versionOf(before, 'A')?.labels).toEqual(['AWSCURRENT']);
    expect(versionOf(after, 'A')?.labels).toEqual(['AWSPREVIOUS']);
  });
});

type Call = ReturnType<typeof sandbox>['call'];

/** Brings the secret into the vector's first state through calls alone. */
async function prepare({ before, empty }: Vector, account: ReturnType<typeof sandbox>): Promise<void> {
  const holds = (letter: string, label: string) => before[letter]?.includes(label) ?? false;
  const letters = Object.keys(before).sort((a, b) => rank(a) - rank(b));
  function rank(letter: string): number {
    return holds(letter, 'AWSPREVIOUS') ? 0 : holds(letter, 'AWSCURRENT') ? 1 : 2;
  }
  for (const letter of letters) {
    const others = (before[letter] ?? []).filter((label) => label !== 'AWSPREVIOUS');
    const labels = holds(letter, 'AWSPREVIOUS') ? ['AWSCURRENT', ...others] : others;
    if (letter === empty) await failRotation(account, id(letter));
    else await put(account.call, letter, labels);
  }
}

async function perform(step: Vector['call'], call: Call): Promise<void> {
  if (step.put) await put(call, step.put, step.labels);
  if (step.update) {
    await call('UpdateSecret', { SecretId: 'secret', ClientRequestToken: id(step.update), SecretString: step.update });
  }
  if (step.move) {
    await call('UpdateSecretVersionStage', {
      SecretId: 'secret',
      VersionStage: step.move,
      ...(step.to && { MoveToVersionId: id(step.to) }),
      ...(step.from && { RemoveFromVersionId: id(step.from) }),
    });
  }
}

async function put(call: Call, letter: string, VersionStages: string[] | undefined): Promise<void> {
  await call('PutSecretValue', {
    SecretId: 'secret',
    ClientRequestToken: id(letter),
    SecretString: letter,
    VersionStages,
  });
}

/** Leaves the empty pending version of a rotation whose first step failed. */
async function failRotation({ steps, rotate, service }: ReturnType<typeof sandbox>, token: string): Promise<void> {
  steps.createSecret = () => Promise.reject(new Error('no'));
  await rotate('secret', { ClientRequestToken: token });
  await service.idle();
}

function bare(): Secret {
  return { arn: 'arn', name: 'secret', createdAt: 0, changedAt: 0, replicas: [], versions: [] };
}
