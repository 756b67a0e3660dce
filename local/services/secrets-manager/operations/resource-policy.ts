import { AwsError } from '../../../aws/aws-error.ts';
import { fromJson, isObject } from '../../../aws/json-text.ts';
import { operation } from '../../../aws/operation.ts';
import { present } from '../../../aws/present.ts';
import { flag, structure } from '../../../aws/shapes.ts';
import * as member from '../members.ts';
import { named } from '../views.ts';
import type { SecretOperations } from '../world.ts';

const SYNTAX_ERROR = 'This resource policy contains a syntax error.';
const BROAD_ACCESS = 'The resource policy grants broad access to the secret.';

export const resourcePolicyOperations: SecretOperations = {
  PutResourcePolicy: operation(
    structure({ SecretId: member.secretId, ResourcePolicy: member.policyText }, { BlockPublicPolicy: flag }),
    (given, { secrets }) => {
      const secret = secrets.getLive(given.SecretId);
      const policy = parsePolicy(given.ResourcePolicy);
      if (!policy) throw new AwsError('MalformedPolicyDocumentException', SYNTAX_ERROR);
      if (given.BlockPublicPolicy && isPublic(policy)) throw new AwsError('PublicPolicyException', BROAD_ACCESS);
      secrets.save({ ...secret, policy: given.ResourcePolicy });
      return named(secret);
    },
  ),

  GetResourcePolicy: operation(structure({ SecretId: member.secretId }), (given, { secrets }) => {
    const secret = secrets.getLive(given.SecretId, true);
    return present({ ...named(secret), ResourcePolicy: secret.policy });
  }),

  DeleteResourcePolicy: operation(structure({ SecretId: member.secretId }), (given, { secrets }) => {
    const secret = secrets.getLive(given.SecretId);
    secrets.save({ ...secret, policy: undefined });
    return named(secret);
  }),

  ValidateResourcePolicy: operation(
    structure({ ResourcePolicy: member.policyText }, { SecretId: member.secretId }),
    (given, { secrets }) => {
      if (given.SecretId !== undefined) secrets.getLive(given.SecretId, true);
      const policy = parsePolicy(given.ResourcePolicy);
      const problems = [
        ...(policy ? [] : [{ CheckName: 'SYNTAX_CHECK', ErrorMessage: SYNTAX_ERROR }]),
        ...(policy && isPublic(policy) ? [{ CheckName: 'PUBLIC_POLICY_CHECK', ErrorMessage: BROAD_ACCESS }] : []),
      ];
      return { PolicyValidationPassed: problems.length === 0, ValidationErrors: problems };
    },
  ),
};

type Statement = Record<string, unknown>;

/** The statements, or undefined where the text is no policy. */
function parsePolicy(text: string): Statement[] | undefined {
  const document = fromJson(text);
  if (!isObject(document)) return undefined;
  const statements = [document.Statement].flat();
  return statements.every(isStatement) ? statements : undefined;
}

function isPublic(statements: readonly Statement[]): boolean {
  return statements.some((statement) => {
    const principal = statement.Principal;
    const named = isObject(principal) ? [principal.AWS].flat() : [principal];
    return statement.Effect === 'Allow' && named.includes('*') && !isObject(statement.Condition);
  });
}

function isStatement(value: unknown): value is Statement {
  return isObject(value) && (value.Effect === 'Allow' || value.Effect === 'Deny');
}
