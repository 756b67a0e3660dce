import { AwsError } from '../../aws/aws-error.ts';
import { type Account, arnOf } from '../../aws/service.ts';
import { errors } from './errors.ts';

const MOST_LEVELS = 15;
/** Counts the whole ARN. https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html */
const LONGEST_ARN = 1011;

const rules =
  'If formed as a path, it can consist of sub-paths divided by slash symbol; each sub-path can be formed as a mix of letters, numbers and the following 3 symbols .-_';

/** What a request names: the parameter, and the version or label after the colon. */
export interface Reference {
  /** As the caller spelled it; of an ARN, the name in it. */
  readonly name: string;
  readonly selector?: string;
}

/** Takes a name or an ARN of the account's region, both with or without a selector. */
export function readReference(text: string, account: Account): Reference {
  const [, region, inArn] = /^arn:[^:]*:ssm:([^:]*):[^:]*:parameter\/(.*)$/s.exec(text) ?? [];
  if (region !== undefined && region !== account.region) throw errors.notFound();
  const [path = '', ...selectors] = (inArn ?? text).split(':');
  const name = inArn !== undefined && path.includes('/') ? `/${path}` : path;
  checkShape(name);
  if (selectors.length > 1) throw malformed();
  return selectors[0] === undefined ? { name } : { name, selector: selectors[0] };
}

/** What two spellings of one parameter have in common: `/flat` and `flat` are the same, `/a/b` has one spelling only. */
export function keyOf(name: string): string {
  return isFlat(name) ? name.replace(/^\//, '') : name;
}

export function parameterArn(name: string, account: Account): string {
  return arnOf(account, 'ssm', `parameter/${name.replace(/^\//, '')}`);
}

/** For a name that a parameter shall get. */
export function checkNewName(name: string, account: Account): void {
  if (/^\/?(aws|ssm)/i.test(name)) {
    if (isFlat(name)) {
      throw errors.validation('Parameter name: can\'t be prefixed with "aws" or "ssm" (case-insensitive).');
    }
    throw /^\/aws/i.test(name) ? errors.accessDenied(`No access to reserved parameter name: ${name}.`) : malformed();
  }
  checkShape(name);
  if (name.split('/').length - 1 > MOST_LEVELS) {
    throw new AwsError(
      'HierarchyLevelLimitExceededException',
      `A hierarchy can have a maximum of ${MOST_LEVELS} levels.`,
    );
  }
  if (parameterArn(name, account).length > LONGEST_ARN) {
    throw errors.accessDenied(`The ARN of the parameter is longer than ${LONGEST_ARN} characters.`);
  }
}

/** For a name that somebody asks for. */
export function checkShape(name: string): void {
  if (/.\/$/.test(name)) throw errors.validation('Parameter name must not end with slash.');
  const isPath = /^(\/[\w.-]+)+$/.test(name);
  if (!isPath && !/^[\w.-]+$/.test(name)) throw malformed();
}

/** A path of GetParametersByPath or of a filter. */
export function checkPath(path: string): void {
  if (path === '/' || /^(\/[\w.-]+)+\/?$/.test(path)) return;
  throw errors.validation(
    `The parameter doesn't meet the parameter name requirements. The parameter name must begin with a forward slash "/". It can't be prefixed with "aws" or "ssm" (case-insensitive). It must use only letters, numbers, or the following symbols: . (period), - (hyphen), _ (underscore). Special characters are not allowed. All sub-paths, if specified, must use the forward slash symbol "/". Valid example: /get/parameters2-/by1./path0_.`,
  );
}

/** Is this parameter under the path; directly so, unless `recursive`? */
export function isUnder(path: string, name: string, recursive: boolean): boolean {
  const folder = path.endsWith('/') ? path : `${path}/`;
  const full = name.startsWith('/') ? name : `/${name}`;
  return full.startsWith(folder) && (recursive || !full.slice(folder.length).includes('/'));
}

function isFlat(name: string): boolean {
  return name.lastIndexOf('/') <= 0;
}

function malformed() {
  return errors.validation(`Parameter name: can't be prefixed with "ssm" (case-insensitive). ${rules}`);
}
