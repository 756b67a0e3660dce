import { flag, oneOf, structure } from '../../../aws/shapes.ts';
import { matchesFilters } from '../filters.ts';
import * as member from '../members.ts';
import { page } from '../pages.ts';
import type { Secret } from '../secret.ts';
import { described, present } from '../views.ts';
import { type Operation, operation } from '../world.ts';

const input = structure(
  {},
  {
    IncludePlannedDeletion: flag,
    MaxResults: member.maxResults,
    NextToken: member.nextToken,
    Filters: member.filters,
    SortBy: oneOf(['created-date', 'last-accessed-date', 'last-changed-date', 'name']),
    SortOrder: oneOf(['asc', 'desc']),
  },
);

const SORT_KEYS = {
  'created-date': (secret: Secret) => secret.createdAt,
  'last-accessed-date': (secret: Secret) => secret.accessedAt ?? 0,
  'last-changed-date': (secret: Secret) => secret.changedAt,
  name: (secret: Secret) => secret.name,
};

export const listSecrets: Operation = operation(input, (given, { account, secrets }) => {
  const key = SORT_KEYS[given.SortBy ?? 'created-date'];
  const direction = given.SortOrder === 'desc' ? -1 : 1;
  const found = secrets
    .all()
    .filter((secret) => given.IncludePlannedDeletion || !secret.deletion)
    .filter((secret) => matchesFilters(secret, given.Filters ?? [], account.region))
    .sort((a, b) => direction * compare(key(a), key(b)));
  const { items, nextToken } = page(found, given.MaxResults ?? 100, given.NextToken);
  return present({
    SecretList: items.map((secret) => described(secret, 'SecretVersionsToStages', account.region)),
    NextToken: nextToken,
  });
});

function compare(a: string | number, b: string | number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
