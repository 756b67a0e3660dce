/** The words of CloudFormation that the stack is written with. */

export type Part = string | number | boolean | readonly Part[] | { readonly [key: string]: Part };
export type Parts = Readonly<Record<string, Part>>;

export interface Template {
  Parameters: Record<string, Part>;
  Conditions: Record<string, Part>;
  Resources: Record<string, Part>;
  Outputs: Record<string, Part>;
  /** By the logical id of a function: what Serverless merges into the resource that it makes. */
  extensions: Record<string, Part>;
}

export interface Statement {
  readonly Sid: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: string | readonly string[];
  readonly Resource: Part;
  readonly Condition?: { readonly [operator: string]: Parts };
}

export const ref = (id: string) => ({ Ref: id });
export const arnOf = (id: string) => ({ 'Fn::GetAtt': [id, 'Arn'] });
export const sub = (text: string) => ({ 'Fn::Sub': text });
/** Of this account, in its partition and region: `lambda`, `function:name`. */
export const ownArn = (service: string, name: string) =>
  sub(`arn:\${AWS::Partition}:${service}:\${AWS::Region}:\${AWS::AccountId}:${name}`);
export const ifElse = (condition: string, then: Part, otherwise: Part = ref('AWS::NoValue')) => ({
  'Fn::If': [condition, then, otherwise],
});

/** Drops parameters and conditions that nothing uses: what a choice of functions does not need asks nobody for a value. */
export function withoutUnused(template: Template): Template {
  const { Parameters, Conditions, ...rest } = template;
  const conditions = used(Conditions, (others) => [rest, Object.values(others)]);
  return { ...rest, Conditions: conditions, Parameters: used(Parameters, () => [rest, Object.values(conditions)]) };
}

/** Once more when one was dropped, since it may have been the last to use another. */
function used(all: Record<string, Part>, among: (all: Record<string, Part>) => unknown): Record<string, Part> {
  const text = JSON.stringify(among(all));
  const kept = Object.entries(all).filter(([id]) => text.includes(`"${id}"`) || text.includes(`\${${id}}`));
  return kept.length === Object.keys(all).length ? all : used(Object.fromEntries(kept), among);
}
