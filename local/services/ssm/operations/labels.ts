import { operation } from '../../../aws/operation.ts';
import { structure } from '../../../aws/shapes.ts';
import { errors } from '../errors.ts';
import * as member from '../members.ts';
import { checkShape } from '../names.ts';
import { latest, numbered, withLabels, withoutLabels } from '../parameter.ts';
import type { ParameterOperations } from '../world.ts';

export const labelOperations: ParameterOperations = {
  /** Labels that break the rules are handed back, not refused: the caller has to look. */
  LabelParameterVersion: operation(
    structure({ Name: member.name, Labels: member.labels }, { ParameterVersion: member.version }),
    ({ Name, Labels, ParameterVersion }, { parameters, events }) => {
      checkShape(Name);
      const parameter = parameters.get(Name);
      const number = ParameterVersion ?? latest(parameter).number;
      if (!numbered(parameter, number)) throw errors.versionNotFound(Name, number);
      const valid = Labels.filter(isLabel);
      if (valid.length > 0) {
        const labelled = withLabels(parameter, number, valid);
        parameters.save(labelled);
        events.changed('LabelParameterVersion', labelled);
      }
      return { InvalidLabels: Labels.filter((label) => !isLabel(label)), ParameterVersion: number };
    },
  ),

  UnlabelParameterVersion: operation(
    structure({ Name: member.name, ParameterVersion: member.version, Labels: member.labels }),
    ({ Name, Labels, ParameterVersion }, { parameters }) => {
      checkShape(Name);
      const parameter = parameters.get(Name);
      const version = numbered(parameter, ParameterVersion);
      if (!version) throw errors.versionNotFound(Name, ParameterVersion);
      const removed = Labels.filter((label) => version.labels.includes(label));
      if (removed.length > 0) parameters.save(withoutLabels(parameter, version.number, removed));
      return { RemovedLabels: removed, InvalidLabels: Labels.filter((label) => !removed.includes(label)) };
    },
  ),
};

function isLabel(label: string): boolean {
  return /^[\w.-]+$/.test(label) && !/^(\d|aws|ssm)/i.test(label);
}
