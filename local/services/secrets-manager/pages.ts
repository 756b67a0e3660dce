import { AwsError } from '../../aws/aws-error.ts';

/** One page of a list, and the token of the next where there is one. */
export function page<T>(
  all: readonly T[],
  size: number,
  token: string | undefined,
): { items: T[]; nextToken?: string } {
  const start = token === undefined ? 0 : positionIn(token);
  const items = all.slice(start, start + size);
  if (start + size >= all.length) return { items };
  return { items, nextToken: Buffer.from(`next:${start + size}`).toString('base64') };
}

function positionIn(token: string): number {
  const position = /^next:(\d+)$/.exec(Buffer.from(token, 'base64').toString())?.[1];
  if (position === undefined) throw new AwsError('InvalidNextTokenException', 'Invalid NextToken.');
  return Number(position);
}
