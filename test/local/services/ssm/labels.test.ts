import { describe, expect, test } from 'vitest';
import { parameterStore } from './parameter-store.ts';

async function withVersions(count: number) {
  const store = parameterStore();
  await store.put('a');
  for (let number = 2; number <= count; number += 1) await store.overwrite('a', String(number));
  return {
    ...store,
    label: (Labels: string[], ParameterVersion?: number) =>
      store.call('LabelParameterVersion', { Name: 'a', Labels, ...(ParameterVersion && { ParameterVersion }) }),
    unlabel: (Labels: string[], ParameterVersion: number) =>
      store.call('UnlabelParameterVersion', { Name: 'a', Labels, ParameterVersion }),
  };
}

const ten = Array.from({ length: 10 }, (_, index) => `label-${index}`);

describe('LabelParameterVersion', () => {
  test('labels the newest version unless told otherwise, and moves labels', async () => {
    const { label, labels } = await withVersions(2);

    const answers = [await label(['current', 'mine'], 1), await label(['current'])];

    expect(answers).toEqual([
      { InvalidLabels: [], ParameterVersion: 1 },
      { InvalidLabels: [], ParameterVersion: 2 },
    ]);
    expect(await labels('a')).toEqual({ 1: ['mine'], 2: ['current'] });
  });

  test('hands back what is no label, and takes the others', async () => {
    const { label, labels } = await withVersions(1);

    const { InvalidLabels } = await label(['AWSCURRENT', 'ok', '1st', 'Ssm', 'a b', '_x.y-z']);

    expect(InvalidLabels).toEqual(['AWSCURRENT', '1st', 'Ssm', 'a b']);
    expect(await labels('a')).toEqual({ 1: ['ok', '_x.y-z'] });
  });

  test('ten labels on a version, and no more', async () => {
    const { label, labels } = await withVersions(2);
    await label(ten, 1);

    await label(['label-0', 'label-1'], 1);

    await expect(label(['another'], 1)).rejects.toMatchObject({
      code: 'ParameterVersionLabelLimitExceeded',
      message: expect.stringContaining('A parameter version can have maximum 10 labels.'),
    });
    expect(await labels('a')).toEqual({ 1: ten, 2: [] });
  });

  test('what it refuses', async () => {
    const { refusal } = await withVersions(1);
    const refused = (input: object) => refusal('LabelParameterVersion', { Name: 'a', Labels: ['x'], ...input });

    expect(await refused({ Name: 'b' })).toBe('ParameterNotFound: ');
    expect(await refused({ ParameterVersion: 2 })).toBe(
      'ParameterVersionNotFound: Systems Manager could not find version 2 of a. Verify the version and try again.',
    );
    expect(await refused({ Labels: ['x'.repeat(101)] })).toMatch(/^ValidationException: .*equal to 100/);
    expect(await refused({ Labels: [] })).toMatch(/^ValidationException: /);
    expect(await refused({ Name: 'arn:aws:ssm:us-east-1:123456789012:parameter/a' })).toMatch(/^ValidationException: /);
  });
});

describe('UnlabelParameterVersion', () => {
  test('takes labels off, and says which were not there', async () => {
    const { label, unlabel, labels } = await withVersions(2);
    await label(['current', 'mine'], 1);

    const answer = await unlabel(['current', 'pending'], 1);

    expect(answer).toEqual({ RemovedLabels: ['current'], InvalidLabels: ['pending'] });
    expect(await labels('a')).toEqual({ 1: ['mine'], 2: [] });
  });

  test('leaves a label of another version where it is', async () => {
    const { label, unlabel, labels } = await withVersions(2);
    await label(['current'], 1);

    const answer = await unlabel(['current'], 2);

    expect(answer).toEqual({ RemovedLabels: [], InvalidLabels: ['current'] });
    expect(await labels('a')).toEqual({ 1: ['current'], 2: [] });
  });

  test('needs the version', async () => {
    const { refusal } = await withVersions(1);

    const refused = await refusal('UnlabelParameterVersion', { Name: 'a', Labels: ['x'] });

    expect(refused).toMatch(/^ValidationException: .*Value null at 'parameterVersion'/);
  });
});

describe('a hundred versions', () => {
  test('the oldest goes when another comes', async () => {
    const { overwrite, labels, refusal } = await withVersions(100);

    const { Version } = await overwrite('a', 'more');

    expect(Version).toBe(101);
    expect(Object.keys(await labels('a'))[0]).toBe('2');
    expect(await refusal('GetParameter', { Name: 'a:1' })).toMatch(/^ParameterVersionNotFound: /);
  });

  test('a label on the oldest stops the next, until it is moved', async () => {
    const { overwrite, label } = await withVersions(100);
    await label(['previous'], 1);

    await expect(overwrite('a', 'more')).rejects.toMatchObject({
      code: 'ParameterMaxVersionLimitExceeded',
      message: expect.stringMatching(
        /Version 1, the oldest version, can't be deleted because it has a label associated with it\. Move the label to another version of the parameter, and try again\.$/,
      ),
    });
    await label(['previous'], 100);
    expect(await overwrite('a', 'more')).toMatchObject({ Version: 101 });
  });
});

describe('GetParameterHistory', () => {
  test('goes by pages, oldest version first', async () => {
    const { call } = await withVersions(5);

    const first = await call('GetParameterHistory', { Name: 'a', MaxResults: 3 });
    const second = await call('GetParameterHistory', { Name: 'a', MaxResults: 3, NextToken: first.NextToken });

    const numbers = [...first.Parameters, ...second.Parameters].map(({ Version }) => Version);
    expect(numbers).toEqual([1, 2, 3, 4, 5]);
    expect(second.NextToken).toBeUndefined();
  });

  test('keeps what each version was, the key and the value among it', async () => {
    const { put, overwrite, call, clock } = parameterStore();
    const createdAt = clock.now / 1000;
    await put('s', { Type: 'SecureString', KeyId: 'alias/one', Description: 'first' });
    clock.now += 1_000;
    await overwrite('s', 'two', { KeyId: 'alias/two', Description: 'second' });

    const { Parameters } = await call('GetParameterHistory', { Name: 's', WithDecryption: true });

    expect(Parameters).toMatchObject([
      { Version: 1, Value: 'one', KeyId: 'alias/one', Description: 'first', LastModifiedDate: createdAt },
      { Version: 2, Value: 'two', KeyId: 'alias/two', Description: 'second', LastModifiedDate: createdAt + 1 },
    ]);
  });

  test('refuses more than fifty at a time', async () => {
    const { refusal } = await withVersions(1);

    const refused = await refusal('GetParameterHistory', { Name: 'a', MaxResults: 51 });

    expect(refused).toMatch(/^ValidationException: .*less than or equal to 50/);
  });
});
