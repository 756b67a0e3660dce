import { describe, expect, test } from 'vitest';
import { type Filter, matchesFilters } from '../../../../local/services/secrets-manager/filters.ts';
import type { Secret } from '../../../../local/services/secrets-manager/secret.ts';

const secrets: Secret[] = [
  secret('uat/COMPANY/x', 'The first secret of all'),
  {
    ...secret('COMPANYthings', undefined, { Team: 'Blue' }),
    replicas: [{ region: 'eu-west-1', kmsKeyId: 'k', isFailed: false }],
  },
  { ...secret('MySecret+value/x', 'other words', { team: 'green' }), primaryArn: arn('us-west-2', 'MySecret+value/x') },
];
const [uat, things, mine] = secrets.map(({ name }) => name);

const CASES: [key: string, values: string[], found: (string | undefined)[]][] = [
  ['name', ['uat'], [uat]],
  ['name', ['UAT'], []],
  ['name', ['COMPANY', 'My'], [things, mine]],
  ['name', ['!uat'], [things, mine]],
  ['name', ['uat COMPANY'], []],
  ['description', ['secr FIRST'], [uat]],
  ['description', ['irst'], []],
  ['description', ['!first'], [things, mine]],
  ['tag-key', ['Te'], [things]],
  ['tag-value', ['gr'], [mine]],
  ['tag-value', ['Gr'], []],
  ['primary-region', ['us-'], [things, mine]],
  ['primary-region', ['us-e'], [things]],
  ['owning-service', ['rds'], []],
  ['all', ['company'], [uat]],
  ['all', ['compan'], [uat, things]],
  ['all', ['ythings'], [things]],
  ['all', ['things'], []],
  ['all', ['+'], []],
  ['all', ['ret'], []],
  ['all', ['blue'], [things]],
  ['all', ['words gre'], [mine]],
  ['all', ['!team'], [uat]],
  ['all', ['uat/COMPANY/x'], [uat]],
  ['all', ['x.MySecret'], []],
  ['all', ['!+'], [uat, things, mine]],
  ['description', ['+'], []],
];

/** `AppBeta`, `Beta`, a value with a word that is not there, and a lone separator were seen at the service; the rest follows. */
const RECORDED: [value: string, isFound: boolean][] = [
  ['AppBeta', true],
  ['Beta', true],
  ['SomeBeta', false],
  ['BetaApp', true],
  ['prod=AppBeta', true],
  ['=', false],
];

describe('filters of ListSecrets', () => {
  test.for(CASES)('%s %j', ([Key, Values, found]) => {
    expect(names([{ Key, Values }])).toEqual(found);
  });

  test.for(RECORDED)('all %j splits the value as it splits the names: %j', ([value, isFound]) => {
    const named = [...'/_+=.@-'].map((separator) => secret(['prod', 'AppBeta', '1a2b3c'].join(separator)));

    const found = named.filter((one) => matchesFilters(one, [{ Key: 'all', Values: [value] }]));

    expect(found).toEqual(isFound ? named : []);
  });

  test('several filters must all hold, also two of one key', () => {
    expect(
      names([
        { Key: 'name', Values: ['COMPANY'] },
        { Key: 'tag-value', Values: ['Blue'] },
      ]),
    ).toEqual([things]);
    expect(
      names([
        { Key: 'name', Values: ['uat'] },
        { Key: 'name', Values: ['My'] },
      ]),
    ).toEqual([]);
  });
});

function names(filters: Filter[]): string[] {
  return secrets.filter((one) => matchesFilters(one, filters)).map(({ name }) => name);
}

function secret(name: string, description?: string, tags: Record<string, string> = {}): Secret {
  return {
    arn: arn('us-east-1', name),
    name,
    description,
    tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
    createdAt: 0,
    changedAt: 0,
    replicas: [],
    versions: [],
  };
}

function arn(region: string, name: string): string {
  return `arn:aws:secretsmanager:${region}:123456789012:secret:${name}-AbCdEf`;
}
