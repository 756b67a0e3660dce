import { ConfigurationError } from '../../rotation/errors.ts';

/** `where` leads to the member: issue, request, path. */
export function wrongDescription(file: string, where: readonly string[], fact: string): ConfigurationError {
  const member = where.length === 0 ? 'the description' : where.join('.');
  return new ConfigurationError(`${member} ${where.length === 0 ? '' : 'of the description '}in ${file} ${fact}`, {
    hint: 'correct the file, and deploy; docs/providers/declared.md explains each member',
  });
}
