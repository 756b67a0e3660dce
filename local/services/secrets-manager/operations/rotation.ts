import { operation } from '../../../aws/operation.ts';
import { present } from '../../../aws/present.ts';
import type { Account } from '../../../aws/service.ts';
import { flag, listOf, options, structure, text, whole } from '../../../aws/shapes.ts';
import { errors } from '../errors.ts';
import * as member from '../members.ts';
import { checkRules, nextRotation } from '../schedule.ts';
import {
  CURRENT,
  holderOf,
  type RotationRules,
  type Secret,
  unfinishedRotation,
  versionOf,
  withPending,
} from '../secret.ts';
import { named } from '../views.ts';
import type { SecretOperations, World } from '../world.ts';

const rotationRules = options({
  AutomaticallyAfterDays: whole({ min: 1, max: 1000 }),
  Duration: text({ min: 2, max: 3, pattern: /[0-9]+h/ }),
  ScheduleExpression: text({ min: 1, max: 256, pattern: /[0-9A-Za-z()#?*\-/, ]+/ }),
});

export const rotationOperations: SecretOperations = {
  /** Answers at once; the function is driven afterwards. Nothing is stored unless every check has passed. */
  RotateSecret: operation(
    structure(
      { SecretId: member.secretId },
      {
        ClientRequestToken: member.token,
        RotationLambdaARN: text({ max: 2048 }),
        RotationRules: rotationRules,
        RotateImmediately: flag,
        ExternalSecretRotationRoleArn: text({}),
        ExternalSecretRotationMetadata: listOf(structure({ Key: text({}), Value: text({}) })),
      },
    ),
    (given, world) => {
      const { account, secrets, rotations } = world;
      const token = given.ClientRequestToken;
      if (token === undefined) throw errors.invalidParameter(errors.tokenMissing);
      const secret = secrets.getLive(given.SecretId);
      if ((given.ExternalSecretRotationRoleArn ?? given.ExternalSecretRotationMetadata) !== undefined) {
        throw errors.invalidRequest('The sandbox rotates no managed external secrets: it has none of the partners.');
      }
      const functionArn = rotationFunction(secret, given.RotationLambdaARN, account);
      const rules = given.RotationRules ?? secret.rotation?.rules;
      if (rules) checkRules(rules);
      const invokable = world.functions.find(functionArn);
      if (invokable === undefined) throw errors.functionNotInvokable();

      const answer = { ...named(secret), VersionId: token };
      if (isRepeated(world, secret, token)) return answer;
      if (unfinishedRotation(secret) || currentIsBeingRotated(world, secret)) throw errors.rotationUnfinished();

      const configured = withRotation(secret, invokable, rules, account.now());
      if (given.RotateImmediately === false) {
        secrets.save(withPending(configured, token, account.now(), holderOf(secret, CURRENT)?.value));
        rotations.startTest(secret.arn, token);
      } else {
        secrets.save(withPending(configured, token, account.now()));
        void rotations.start(secret.arn, token);
      }
      return answer;
    },
  ),

  /** Turns rotation off and leaves the labels: AWSPENDING of an unfinished rotation stays where it is. */
  CancelRotateSecret: operation(structure({ SecretId: member.secretId }), (given, { secrets }) => {
    const secret = secrets.getLive(given.SecretId);
    if (!secret.rotation) {
      throw errors.invalidRequest("You can't cancel rotation of a secret that has no rotation configured.");
    }
    secrets.save({ ...secret, rotation: { ...secret.rotation, enabled: false, next: undefined } });
    return present({ ...named(secret), VersionId: unfinishedRotation(secret)?.id });
  }),
};

function rotationFunction(secret: Secret, given: string | undefined, account: Account): string {
  const arn = given || secret.rotation?.functionArn;
  if (!arn) throw errors.invalidRequest('No Lambda rotation function ARN is associated with this secret.');
  const region = /^arn:[^:]+:lambda:([^:]+):\d{12}:function:[\w-]+(?::[\w$-]+)?$/.exec(arn)?.[1];
  if (region !== account.region) {
    throw errors.invalidParameter(
      'Invalid rotation Lambda ARN. Ensure the ARN matches format arn:aws:lambda:<region>:<account>:function:<functionName>.',
    );
  }
  return arn;
}

/** The same call again, after an answer that got lost: it starts no second rotation. */
function isRepeated({ rotations }: World, secret: Secret, token: string): boolean {
  if (!versionOf(secret, token)) return false;
  return rotations.isDriven(secret.arn, token) || unfinishedRotation(secret)?.id !== token;
}

/** A function may promote in an early step; its rotation lasts until finishSecret all the same. */
function currentIsBeingRotated({ rotations }: World, secret: Secret): boolean {
  const current = holderOf(secret, CURRENT);
  return current !== undefined && rotations.isDriven(secret.arn, current.id);
}

function withRotation(secret: Secret, functionArn: string, rules: RotationRules | undefined, now: number): Secret {
  const next = nextRotation(rules, now);
  return { ...secret, rotation: { enabled: true, functionArn, rules, lastAt: secret.rotation?.lastAt, next } };
}
