import { AwsError } from '../../aws/aws-error.ts';

/** One page of a list, and the token of the next where there is one. `code` refuses a token that is none. */
export function page<T>(
  all: readonly T[],
  size: number,
  token: string | undefined,
  code = 'InvalidNextToken',
): { items: T[]; nextToken: string | undefined } {
  const start = token === undefined ? 0 : positionIn(token);
  if (start === undefined) throw new AwsError(code, 'The specified token is not valid.');
  const hasMore = start + size < all.length;
  return {
    items: all.slice(start, start + size),
    nextToken: hasMore ? Buffer.from(`next:${start + size}`).toString('base64') : undefined,
  };
}

function positionIn(token: string): number | undefined {
  const position = /^next:(\d+)$/.exec(Buffer.from(token, 'base64').toString())?.[1];
  return position === undefined ? undefined : Number(position);
}
