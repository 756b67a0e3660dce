import { AwsError } from '../../../aws/aws-error.ts';
import { listOf, structure, whole } from '../../../aws/shapes.ts';
import { errors } from '../errors.ts';
import { matchesFilters } from '../filters.ts';
import * as member from '../members.ts';
import { page } from '../pages.ts';
import { present } from '../views.ts';
import { type Operation, operation } from '../world.ts';
import { readValue } from './get-secret-value.ts';

const input = structure(
  {},
  {
    SecretIdList: listOf(member.secretId, { min: 1, max: 20 }),
    Filters: member.filters,
    MaxResults: whole({ min: 1, max: 20 }),
    NextToken: member.nextToken,
  },
);

export const batchGetSecretValue: Operation = operation(input, (given, world) => {
  const { SecretIdList: ids, Filters: filters } = given;
  if (given.MaxResults !== undefined && !filters) {
    throw errors.invalidParameter(
      "'Filters' not specified. 'Filters' must also be specified when 'MaxResults' is provided.",
    );
  }
  if ((ids === undefined) === (filters === undefined)) {
    throw errors.invalidParameter("Either 'SecretIdList' or 'Filters' must be provided, but not both.");
  }

  const candidates =
    ids ??
    world.secrets
      .all()
      .filter((secret) => !secret.deletion && matchesFilters(secret, filters ?? [], world.account.region))
      .map((secret) => secret.arn);
  const { items, nextToken } = page(candidates, given.MaxResults ?? 20, given.NextToken);

  const values: unknown[] = [];
  const failures: unknown[] = [];
  for (const id of items) {
    try {
      values.push(readValue(world, id));
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      failures.push({ SecretId: id, ErrorCode: error.code, Message: error.message });
    }
  }
  return present({ SecretValues: values, Errors: failures, NextToken: nextToken });
});
