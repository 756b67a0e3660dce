import { UsageError } from '../terminal/usage.ts';

export interface Tag {
  readonly key: string;
  readonly value: string;
}

/** `team=payments`. */
export function tagOf(text: string): Tag {
  const [, key, value] = /^([^=]+)=(.*)$/.exec(text) ?? [];
  if (key !== undefined && value !== undefined) return { key, value };
  throw new UsageError(`--tag ${JSON.stringify(text)} is no tag`, 'a tag looks like team=payments');
}
