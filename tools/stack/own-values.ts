/** Which values a deployment has: for the stack, and in place of those for some of its functions. */
import { chosen, guess } from './choose.ts';
import type { Asked } from './parameters.ts';
import { ifElse, type Part } from './template.ts';

export type Values = Readonly<Record<string, string>>;

/** What serverless.yml uses by itself. */
const OTHERS = ['functions', 'left-behind', 'rds-roots'];

/**
 * Checks every name, and gives `admin-secret-arns` to the one vendor that is there. A name may begin with those of functions, or a glob:
 * `sendgrid/subnet-ids` is a value of that function alone.
 */
export function checked(
  values: Values,
  all: readonly Asked[],
  { vendors, functions }: { readonly vendors: readonly Asked[]; readonly functions: readonly string[] },
): Values {
  const { 'admin-secret-arns': admins, ...rest } = values;
  for (const name of Object.keys(rest)) checkName(name, all, functions);
  if (admins === undefined || vendors.length === 0) return rest;
  const [only, ...others] = vendors;
  if (only === undefined || others.length > 0) {
    throw new Error(`admin-secret-arns: of which vendor? Say ${vendors.map(({ param }) => param).join(', ')}`);
  }
  return { [only.param]: admins, ...rest };
}

/**
 * Who may write a parameter is said for each function, as soon as there are several: a mirror of one secret is no business of the others.
 * The name of none stands for all of them, and is the first to be replaced.
 */
export function mirrorsNamed(values: Values, keys: readonly string[]): Values {
  if (keys.length < 2) return values;
  const { 'mirror-parameter-arns': all, ...rest } = values;
  if (all !== undefined) {
    throw new Error(
      `mirror-parameter-arns: of which function? Say ${keys[0]}/mirror-parameter-arns, with a glob for several`,
    );
  }
  return { '*/mirror-parameter-arns': '', ...rest };
}

/** `functions`: all that there may be, for values that a stage has stand beside those of another. */
function checkName(name: string, all: readonly Asked[], functions: readonly string[]): void {
  const [, glob, param = ''] = /^(?:(.*)\/)?([^/]*)$/.exec(name) ?? [];
  const asked = all.find((one) => one.param === param);
  const isOther = glob === undefined && OTHERS.includes(param);
  if (asked === undefined && !isOther && !/-admin-secret-arns$/.test(param)) {
    const names = [...OTHERS, ...all.map((one) => one.param)];
    throw new Error(`no parameter is named ${name}${guess(param, names)} There are ${names.join(', ')}`);
  }
  if (glob === undefined) return;
  if (chosen(glob, functions).length === 0) {
    throw new Error(`${name}: no function is named ${glob}${guess(glob, functions)} There are ${functions.join(', ')}`);
  }
  if (asked?.ofStack)
    throw new Error(`${name}: ${param} is a value of the whole stack, and no function has one of its own`);
}

/** `part` with the values that this function has for itself: they stand in it, and no parameter is asked. */
export function withOwn(part: Part, key: string, values: Values, all: readonly Asked[]): Part {
  const own = new Map<string, { given: boolean; value: Part }>();
  for (const [name, value] of Object.entries(values)) {
    const [, glob, param] = /^(.*)\/([^/]*)$/.exec(name) ?? [];
    const asked = all.find((one) => one.param === param);
    if (glob === undefined || asked === undefined || !chosen(glob, [key]).includes(key)) continue;
    const filled = { given: value !== '', value: asked.list ? value.split(',') : value };
    for (const id of [asked.id, ...(asked.given ? [asked.given] : [])]) own.set(id, filled);
  }
  return own.size === 0 ? part : put(part, own);
}

function put(part: Part, own: ReadonlyMap<string, { given: boolean; value: Part }>): Part {
  if (Array.isArray(part)) return part.map((one) => put(one, own)).filter((one) => !isNothing(one));
  if (typeof part !== 'object') return part;
  const { Ref, 'Fn::If': branches } = part as { Ref?: string; 'Fn::If'?: [string, Part, Part] };
  const value = Ref === undefined ? undefined : own.get(Ref)?.value;
  if (value !== undefined) return value;
  const decided = branches && own.get(branches[0]);
  if (decided) return put(branches[decided.given ? 1 : 2], own);
  if (branches) return ifElse(branches[0], put(branches[1], own), put(branches[2], own));
  return Object.fromEntries(Object.entries(part).map(([name, one]) => [name, put(one, own)]));
}

/** What a condition left out of a list needs no place in it. */
const isNothing = (part: Part) => typeof part === 'object' && 'Ref' in part && part.Ref === 'AWS::NoValue';
