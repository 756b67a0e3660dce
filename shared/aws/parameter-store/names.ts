/** How a parameter is named, and where its companion is. */
import { InvalidEventError } from '../../rotation/errors.ts';

/**
 * A parameter of its own that holds the pending value, and who is rotating. Apart from the parameter's own path, so that readers
 * by path do not meet it, and so that nobody who may read the parameter may read this one for that reason.
 */
export function companionOf(name: string): string {
  return `/rekey/${name.replace(/^\//, '')}`;
}

/** The name in a name or an ARN. Throws InvalidEventError for what names no whole parameter. */
export function parameterName(nameOrArn: string): string {
  const path = /^arn:[^:]*:ssm:[^:]*:[^:]*:parameter\/(.+)$/.exec(nameOrArn)?.[1];
  // An ARN has no room for the first slash; a name without another one is spelled without it just as well.
  const name = path?.includes('/') ? `/${path}` : (path ?? nameOrArn);
  if (/^[\w./-]+$/.test(name)) return name;
  throw new InvalidEventError('the event names no parameter', {
    hint: 'give the name or the ARN of a parameter, without a version or a label behind a colon',
  });
}
