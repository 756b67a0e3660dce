import { flag, oneOf, structure, text } from '../../../aws/shapes.ts';
import { errors } from '../errors.ts';
import * as member from '../members.ts';
import { checkNewName } from '../names.ts';
import { PARAMETER_TYPES, type Parameter, TIERS, withVersion } from '../parameter.ts';
import { nextVersion } from '../stored-version.ts';
import { mergeTags } from '../tag-list.ts';
import { type Operation, operation } from '../world.ts';

const input = structure(
  { Name: member.name, Value: text({ min: 1, sensitive: true }) },
  {
    Description: text({ max: 1024 }),
    Type: oneOf(PARAMETER_TYPES),
    KeyId: member.keyId,
    Overwrite: flag,
    AllowedPattern: text({ max: 1024 }),
    Tags: member.tags,
    Tier: oneOf(TIERS),
    Policies: text({ min: 1, max: 4096 }),
    DataType: text({ max: 128 }),
  },
);

export const putParameter: Operation = operation(input, (given, { account, parameters, events, deniedKeys }) => {
  checkNewName(given.Name, account);
  if (given.Overwrite && given.Tags?.length) {
    throw errors.validation(
      "Invalid request: tags and overwrite can't be used together. To create a parameter with tags, please remove overwrite flag. To update tags for an existing parameter, please use AddTagsToResource or RemoveTagsFromResource.",
    );
  }
  const existing = parameters.find(given.Name);
  if (existing && !given.Overwrite) throw errors.exists();

  const user = `arn:${account.partition}:iam::${account.accountId}:user/sandbox`;
  const version = nextVersion(given, existing, account.now(), user);
  if (deniedKeys.has(version.keyId ?? '')) throw errors.keyDenied();
  const parameter: Parameter = existing
    ? withVersion(existing, version)
    : { name: given.Name, tags: mergeTags([], given.Tags ?? []), versions: [version] };
  parameters.save(parameter);
  events.changed(existing ? 'Update' : 'Create', parameter);
  return { Version: version.number, Tier: version.tier };
});
