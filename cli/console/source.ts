/** An account as a page shows it: by descriptions, labels, and what functions say in their logs. No value is read. */
import { randomUUID } from 'node:crypto';
import type { Source } from '../../page/source.ts';
import type { Account } from '../account.ts';
import { startRotation } from '../acts.ts';
import { factsOf, needsPerson } from '../condition.ts';
import { failureOf } from '../failure.ts';
import { inParallel } from '../in-parallel.ts';
import { look, type Status } from '../look.ts';
import { rotatable } from '../refusal.ts';
import { secretPages } from '../service.ts';
import type { Tag } from '../values.ts';
import { closeLookAt, lineFor } from './view.ts';

interface Wanted {
  readonly tag?: Tag;
  readonly readOnly?: true;
}

/** So many secrets a person can look through. */
const MOST = 500;
/** Secrets of one page of the list whose rotation is unfinished. */
const AT_A_TIME = 4;
/** Lists lag by minutes, anyway: https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_ListSecrets.html */
const LIST_MS = 15_000;
const pause = { leastMs: 1_000, mostMs: 5_000 };

/** Throws as `rekey status` does when the secrets cannot be listed. After that what goes wrong is told in the page, which goes on. */
export async function accountSource(account: Account, { tag, readOnly }: Wanted): Promise<Source> {
  let list = await listOf(account, tag);
  let listed = { at: Date.now(), isGoingOn: false };
  let problem: string | undefined;
  const closeLook = closeLookAt(account, readOnly === undefined);

  async function listAgain(): Promise<void> {
    listed = { ...listed, isGoingOn: true };
    try {
      list = await listOf(account, tag);
      problem = undefined;
    } catch (error) {
      problem = told(error);
    }
    listed = { at: Date.now(), isGoingOn: false };
  }

  return {
    pause,
    async view(chosen) {
      // Nobody waits for a long list: what it has is shown the next time.
      if (!listed.isGoingOn && Date.now() - listed.at > LIST_MS) void listAgain();
      const arn = (list.find((one) => one.arn === chosen) ?? list[0])?.arn;
      const seen = arn === undefined ? undefined : await closeLook(arn).catch(told);
      const unseen = typeof seen === 'string' ? seen : undefined;
      return {
        title: `Rekey ${account.region}`,
        secrets: list.map((one) => (typeof seen === 'object' && one.arn === arn ? seen : lineFor(one))),
        problem: unseen ?? problem,
        note: noteOf(list.length, readOnly),
      };
    },
    ...(readOnly === undefined && { act }),
  };

  async function act(given: unknown): Promise<string | undefined> {
    const { act: what, secret } = (given ?? {}) as Partial<Record<string, unknown>>;
    const isThere = list.some(({ arn }) => arn === secret);
    if (what !== 'rotate' || typeof secret !== 'string' || !isThere)
      return 'Nothing but to rotate a secret of this page.';
    try {
      const { arn, functionName = '' } = await rotatable(account, secret);
      await startRotation(account, arn, { token: randomUUID(), checkOnly: false, functionName });
      return undefined;
    } catch (error) {
      return told(error);
    }
  }
}

const told = (error: unknown) => failureOf(error, 'rekey console').text.trim();

function noteOf(length: number, readOnly: true | undefined): string {
  return [
    'Values are not read, so nobody logs in here: what opens a system now is known where its function has said so. ' +
      'Steps and messages are what the logs of functions of Rekey have (logs:FilterLogEvents). ',
    readOnly === undefined ? '' : 'This page is only to look at. ',
    length < MOST ? '' : `There may be more than these ${length} secrets: choose some with --tag.`,
  ]
    .join('')
    .trim();
}

/** First those that need a person, last those that nobody rotates. */
async function listOf(account: Account, tag: Tag | undefined): Promise<readonly Status[]> {
  const all: Status[] = [];
  for await (const page of secretPages(account, tag)) {
    const facts = page.map(factsOf).slice(0, MOST - all.length);
    all.push(...(await inParallel(facts, AT_A_TIME, (one) => look(account, one, Date.now()))));
    if (all.length === MOST) break;
  }
  const rank = ({ state, function: by }: Status) => (needsPerson.includes(state) ? 0 : by === null ? 2 : 1);
  return all.sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name));
}
