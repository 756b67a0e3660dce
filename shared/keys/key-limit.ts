/** No slot is free for another key: which keys hold them, and how to free one. */
import { ProviderError } from '../rotation/errors.ts';
import type { IssuingProvider, Key } from './provider.ts';

/** Names the keys with age and last use. Thrown before issuing, or by a provider that learns of its limit when it is refused. */
export function limitReached(
  provider: Pick<IssuingProvider, 'name' | 'freeing'>,
  keys: readonly Key[],
  current: Readonly<Record<string, unknown>>,
): ProviderError {
  const oldest = keys.toSorted((a, b) => (a.createdAt?.getTime() ?? 0) - (b.createdAt?.getTime() ?? 0));
  const few = oldest.slice(0, 4).map((key) => `key ${keyTold(key)}`);
  const more = keys.length > few.length ? ` and ${keys.length - few.length} more` : '';
  return new ProviderError(`${provider.name} lets no further key live beside ${few.join(', ')}${more}`, {
    code: 'KEY_LIMIT',
    retryable: false,
    hint: `free one that nobody uses: ${filled(provider.freeing, current)}`,
  });
}

/** A clause about one key: no value. */
export function keyTold({ id, createdAt, lastUsed, usedBy }: Key): string {
  const made = createdAt === undefined ? '' : ` of ${createdAt.toISOString().slice(0, 10)}`;
  if (lastUsed === undefined) return `${id}${made}`;
  if (lastUsed === 'never') return `${id}${made}, never used`;
  if (lastUsed === 'untold') return `${id}${made}, of whose use the provider tells nothing`;
  return `${id}${made}, last used ${lastUsed.toISOString().slice(0, 16)}Z${usedBy === undefined ? '' : ` by ${usedBy}`}`;
}

/** <field> is the secret's, where it has one that is short and no secret: names and ids; <id> stays for the reader. */
function filled(command: string, current: Readonly<Record<string, unknown>>): string {
  return command.replace(/<([a-z_]+)>/g, (mark, field: string) =>
    field !== 'id' && typeof current[field] === 'string' ? current[field] : mark,
  );
}
