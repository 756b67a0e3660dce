import type { AwsError } from './aws-error.ts';

/** One page of a list, and the token of the next where there is one. `refusal` is for a token that is none. */
export function page<T>(
  all: readonly T[],
  size: number,
  token: string | undefined,
  refusal: () => AwsError,
): { items: T[]; NextToken: string | undefined } {
  const start = token === undefined ? 0 : positionIn(token);
  if (start === undefined) throw refusal();
  const end = start + size;
  return {
    items: all.slice(start, end),
    NextToken: end < all.length ? Buffer.from(`next:${end}`).toString('base64') : undefined,
  };
}

function positionIn(token: string): number | undefined {
  const position = /^next:(\d+)$/.exec(Buffer.from(token, 'base64').toString())?.[1];
  return position === undefined ? undefined : Number(position);
}
