/** An account as a page shows it: by descriptions, labels, and what functions say in their logs. No value is read. */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Source } from '../../page/source.ts';
import { companionOf } from '../../shared/stores/parameter-store/names.ts';
import type { Account } from '../account.ts';
import { startRotation } from '../acts.ts';
import { failureOf } from '../failure.ts';
import type { Status } from '../look.ts';
import { rotatable } from '../refusal.ts';
import type { Tag } from '../values.ts';
import { lineFor } from './line.ts';
import { type List, listOf } from './list.ts';
import { closeLookAtParameters, rotateParameterNow } from './parameter.ts';
import { closeLookAtSecrets } from './view.ts';

interface Wanted {
  readonly tag?: Tag;
  readonly readOnly?: true;
}

/** Lists lag by minutes, anyway: https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_ListSecrets.html */
const LIST_MS = 15_000;
const pause = { leastMs: 1_000, mostMs: 5_000 };
/** A function has this long to answer; after that its log tells. */
const ANSWER_MS = 60_000;

/** Throws as `rekey status` does when the secrets cannot be listed. After that what goes wrong is told in the page, which goes on. */
export async function accountSource(account: Account, { tag, readOnly }: Wanted): Promise<Source> {
  const pages = listOf(account, tag);
  const closeLookAt = {
    secret: closeLookAtSecrets(account, readOnly === undefined),
    parameter: closeLookAtParameters(account, readOnly === undefined),
  };
  const closeLook = ({ kind, name, arn }: Status) => closeLookAt[kind](kind === 'secret' ? arn : companionOf(name));
  let problem: string | undefined;
  let listed = { at: Date.now(), isGoingOn: true };
  // Nobody waits for a long list: the rest of it comes while the page is open.
  const first = pages();
  let list: List = (await first.next()).value;
  const find = (arn: unknown) => list.items.find((one) => one.arn === arn);
  void listAgain(first);

  async function listAgain(again = pages()): Promise<void> {
    listed = { ...listed, isGoingOn: true };
    const startedAt = Date.now();
    let whole: List | undefined;
    try {
      // The first list is seen to grow. Later ones take its place when they are whole.
      for await (whole of again) if (again === first) list = whole;
      list = whole ?? list;
      problem = undefined;
    } catch (error) {
      problem = told(error);
    }
    // The longer a list takes, the more rarely it is made.
    listed = { at: 2 * Date.now() - startedAt, isGoingOn: false };
  }

  return {
    pause,
    async view(chosen) {
      if (!listed.isGoingOn && Date.now() - listed.at > LIST_MS) void listAgain();
      const one = find(chosen) ?? list.items[0];
      const seen = one && (await closeLook(one).catch(told));
      const unseen = typeof seen === 'string' ? seen : undefined;
      return {
        title: `Rekey ${account.region}`,
        secrets: list.items.map((each) => (typeof seen === 'object' && each.arn === one?.arn ? seen : lineFor(each))),
        problem: unseen ?? problem,
        note: noteOf(list, readOnly),
      };
    },
    ...(readOnly === undefined && { act }),
  };

  async function act(given: unknown): Promise<string | undefined> {
    const { act: what, secret } = (given ?? {}) as Partial<Record<string, unknown>>;
    const one = find(secret);
    if (what !== 'rotate' || one === undefined) return 'Nothing but to rotate a secret or a parameter of this page.';
    const rotation = one.kind === 'parameter' ? rotateParameterNow(account, companionOf(one.name)) : rotate(one);
    return Promise.race([rotation.catch(told), delay(ANSWER_MS, undefined, { ref: false })]);
  }

  async function rotate({ arn: id }: Status): Promise<undefined> {
    const { arn, functionName = '' } = await rotatable(account, id);
    await startRotation(account, arn, { token: randomUUID(), checkOnly: false, functionName });
  }
}

const told = (error: unknown) => failureOf(error, 'rekey console').text.trim();

function noteOf({ items, secrets, parameters, unread }: List, readOnly: true | undefined): string {
  return [
    'Values are not read, so nobody logs in here: what opens a system now is known where its function has said so.',
    'Steps and messages are what the logs of functions of Rekey have (logs:FilterLogEvents).',
    ...(unread === undefined ? [] : [unread]),
    ...(readOnly === undefined ? [] : ['This page is only to look at.']),
    ...(items.length === secrets + parameters
      ? []
      : [
          `These are ${items.length} of ${secrets + parameters}, those first that need a person: choose some with --tag.`,
        ]),
  ].join(' ');
}
