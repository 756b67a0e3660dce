import { operation } from '../../../aws/operation.ts';
import { arnOf } from '../../../aws/service.ts';
import { flag, oneOf, structure, text } from '../../../aws/shapes.ts';
import { mergeTags } from '../../../aws/tags.ts';
import { errors } from '../errors.ts';
import * as member from '../members.ts';
import { checkNewName, checkShape, parameterArn } from '../names.ts';
import { type Parameter, TIERS, withVersion } from '../parameter.ts';
import { nextVersion } from '../stored-version.ts';
import type { ParameterOperations, World } from '../world.ts';

export const writingOperations: ParameterOperations = {
  PutParameter: operation(
    structure(
      { Name: member.name, Value: text({ min: 1, max: 32_768, sensitive: true }) },
      {
        Description: text({ max: 1024 }),
        Type: oneOf(['SecureString', 'StringList', 'String']),
        KeyId: member.keyId,
        Overwrite: flag,
        AllowedPattern: text({ max: 1024 }),
        Tags: member.tags,
        Tier: oneOf(TIERS),
        Policies: text({ min: 1, max: 4096 }),
        DataType: text({ max: 128 }),
      },
    ),
    (given, { account, parameters, events, deniedKeys, callerOf }, { accessKeyId = '' }) => {
      checkNewName(given.Name, account);
      if (given.Overwrite && given.Tags?.length) {
        throw errors.validation(
          "Invalid request: tags and overwrite can't be used together. To create a parameter with tags, please remove overwrite flag. To update tags for an existing parameter, please use AddTagsToResource or RemoveTagsFromResource.",
        );
      }
      const existing = parameters.find(given.Name);
      if (existing && !given.Overwrite) throw errors.exists();

      // Lambda names the session of a function's role after the function.
      const caller = callerOf(accessKeyId);
      const user = caller
        ? arnOf(account, 'sts', `assumed-role/sandbox/${caller}`, '')
        : arnOf(account, 'iam', 'user/sandbox', '');
      const version = nextVersion(given, existing, account.now(), user);
      if (deniedKeys.has(version.keyId ?? '')) throw errors.keyDenied();
      const parameter: Parameter = existing
        ? withVersion(existing, version)
        : {
            arn: parameterArn(given.Name, account),
            name: given.Name,
            tags: mergeTags([], given.Tags ?? [], errors),
            versions: [version],
          };
      parameters.save(parameter);
      events.changed(existing ? 'Update' : 'Create', parameter);
      return { Version: version.number, Tier: version.tier };
    },
  ),

  DeleteParameter: operation(structure({ Name: member.name }), ({ Name }, world) => {
    if (!remove(Name, world)) throw errors.notFound();
    return {};
  }),

  DeleteParameters: operation(structure({ Names: member.names }), ({ Names }, world) => {
    const deleted = [...new Set(Names)].filter((name) => remove(name, world));
    return { DeletedParameters: deleted, InvalidParameters: Names.filter((name) => !deleted.includes(name)) };
  }),
};

/** Was there something to delete? */
function remove(name: string, { parameters, events }: World): boolean {
  checkShape(name);
  const parameter = parameters.find(name);
  if (!parameter) return false;
  parameters.remove(parameter);
  events.changed('Delete', parameter);
  return true;
}
