import { operation } from '../../../aws/operation.ts';
import { structure, text } from '../../../aws/shapes.ts';
import { errors } from '../errors.ts';
import * as member from '../members.ts';
import { attach, CURRENT, detach, holderOf, type Secret, versionOf } from '../secret.ts';
import { checkLabelLimit } from '../stored-value.ts';
import { named } from '../views.ts';
import type { SecretOperations } from '../world.ts';

const versionId = text({ min: 32, max: 64 });

export const labelOperations: SecretOperations = {
  UpdateSecretVersionStage: operation(
    structure(
      { SecretId: member.secretId, VersionStage: member.stagingLabel },
      { MoveToVersionId: versionId, RemoveFromVersionId: versionId },
    ),
    (given, { secrets }) => {
      const { VersionStage: label, MoveToVersionId: to, RemoveFromVersionId: from } = given;
      const secret = secrets.getLive(given.SecretId);
      if (to === undefined && from === undefined) {
        throw errors.invalidParameter('You must provide MoveToVersionId, RemoveFromVersionId, or both.');
      }
      checkHolder(secret, label, to, from);

      const moved = to === undefined ? withoutLabel(secret, label) : withLabel(secret, label, to);
      checkLabelLimit(moved);
      if (moved !== secret) secrets.save(moved);
      return named(secret);
    },
  ),
};

/** A label is only taken from a version that the caller names. */
function checkHolder(secret: Secret, label: string, to: string | undefined, from: string | undefined): void {
  const holder = holderOf(secret, label)?.id;
  if (from === undefined && holder !== undefined && holder !== to) {
    throw errors.invalidParameter(
      `The parameter RemoveFromVersionId can't be empty. Staging label ${label} is currently attached to version ${holder}, so you must explicitly reference that version in RemoveFromVersionId.`,
    );
  }
  if (from !== undefined && from !== holder) {
    throw errors.invalidParameter(
      `When you move staging label ${label}, if you specify RemoveFromVersionId, it must be set to the version that currently has the staging label ${label}.`,
    );
  }
}

function withLabel(secret: Secret, label: string, to: string): Secret {
  const version = versionOf(secret, to);
  if (!version) throw errors.versionNotFound(to);
  if (label === CURRENT && !version.value) {
    throw errors.invalidRequest(`You can't attach ${CURRENT} to version ${to} because it has no secret value.`);
  }
  return attach(secret, label, to);
}

function withoutLabel(secret: Secret, label: string): Secret {
  if (label === CURRENT) {
    throw errors.invalidParameter(`You can't remove staging label ${CURRENT} without moving it to another version.`);
  }
  return detach(secret, label);
}
