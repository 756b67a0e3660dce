/** How a parameter is named, and where its companion is. */
/**
 * A parameter of its own that holds the pending value, and who is rotating. Apart from the parameter's own path, so that readers
 * by path do not meet it, and so that nobody who may read the parameter may read this one for that reason.
 */
export function companionOf(name: string): string {
  return `/rekey/${name.replace(/^\//, '')}`;
}

export interface ParameterPlace {
  readonly name: string;
  /** Of an ARN; a name alone is of wherever it is used. */
  readonly region?: string;
  readonly account?: string;
}

/**
 * What a name or an ARN names. Else one clause that says what is wrong: it is no parameter, or one that nobody but a rotation
 * writes.
 */
export function parsePlace(nameOrArn: string): ParameterPlace | string {
  const [, region, account, path] = /^arn:[^:]*:ssm:([^:]*):([^:]*):parameter\/(.+)$/.exec(nameOrArn) ?? [];
  // An ARN has no room for the first slash; a name without another one is spelled without it just as well.
  const name = path?.includes('/') ? `/${path}` : (path ?? nameOrArn);
  if (!/^[\w./-]+$/.test(name)) return 'names no parameter';
  if (/^\/?rekey\//i.test(name)) return `names ${name}, and /rekey/ is where pending values are`;
  return { name, ...(region && { region }), ...(account && { account }) };
}

/** Is a place of an ARN where this ARN is? A name alone is everywhere. */
export function isPlaceOf({ region, account }: ParameterPlace, arn: string | undefined): boolean {
  const [, , , ownRegion, ownAccount] = arn?.split(':') ?? [];
  const isSame = (given: string | undefined, own: string | undefined) => !given || !own || given === own;
  return isSame(region, ownRegion) && isSame(account, ownAccount);
}
