/** The secrets and parameters of an account, as a list of them tells. */
import { PermissionError } from '../../shared/rotation/errors.ts';
import { unfinished } from '../../shared/rotation/window.ts';
import type { Account } from '../account.ts';
import { factsOf, needsPerson } from '../condition.ts';
import { inParallel } from '../in-parallel.ts';
import { look, lookAtParameter, type Status } from '../look.ts';
import { companionPages, secretPages } from '../service.ts';
import type { Tag } from '../values.ts';

export interface List {
  /** First those that need a person, last those that nobody rotates; no more than a person can look through. */
  readonly items: readonly Status[];
  readonly secrets: number;
  readonly parameters: number;
  /** Why parameters are not in it. */
  readonly unread?: string;
}

export const MOST = 500;
/** Of one page of the list those whose rotation is unfinished. */
const AT_A_TIME = 4;
/** The log of what is unfinished is not asked again with every list, and a fleet may be; the chosen one has a look of its own: CloudWatch answers few such questions a second. */
const SEEN_MS = 60_000;

/** Gives the list as it grows, page by page. It remembers how the rotations looked that had not ended. */
export function listOf(account: Account, tag: Tag | undefined) {
  const seen = new Map<string, { readonly at: number; readonly status: Status }>();

  async function lookedAt(key: string, isOpen: boolean, anew: () => Promise<Status>): Promise<Status> {
    if (!isOpen) return anew();
    const known = seen.get(key);
    if (known !== undefined && Date.now() - known.at < SEEN_MS) return known.status;
    const status = await anew();
    seen.set(key, { at: Date.now(), status });
    return status;
  }

  return async function* (): AsyncGenerator<List> {
    for (const [key, { at }] of seen) if (Date.now() - at > 10 * SEEN_MS) seen.delete(key);
    let list: List = { items: [], secrets: 0, parameters: 0 };
    const grown = (more: readonly Status[], kind: 'secrets' | 'parameters'): List => ({
      ...list,
      [kind]: list[kind] + more.length,
      items: [...list.items, ...more].sort(byNeed).slice(0, MOST),
    });
    for await (const page of secretPages(account, tag)) {
      const more = await inParallel(page.map(factsOf), AT_A_TIME, (one) => {
        const token = unfinished(one.labels);
        return lookedAt(`${one.arn} ${token}`, token !== undefined, () => look(account, one, Date.now()));
      });
      list = grown(more, 'secrets');
      yield list;
    }
    try {
      for await (const page of companionPages(account, tag)) {
        const more = await inParallel(page, AT_A_TIME, (one) =>
          lookedAt(`${one.ARN} ${one.Description}`, true, async () => {
            return (await lookAtParameter(account, one, Date.now())).status;
          }),
        );
        list = grown(more, 'parameters');
        yield list;
      }
    } catch (error) {
      if (!(error instanceof PermissionError)) throw error;
      yield { ...list, unread: `Parameters were not read: ${error.fact}; ${error.hint}.` };
    }
  };
}

function byNeed(a: Status, b: Status): number {
  return rankOf(a) - rankOf(b) || a.name.localeCompare(b.name);
}

function rankOf({ state, kind, function: by }: Status): number {
  if (needsPerson.includes(state)) return 0;
  return by === null && kind === 'secret' ? 2 : 1;
}
