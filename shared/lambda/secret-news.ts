/** What is told of a secret by those who rotate none: the daily look, and the events of Secrets Manager. */
import type { ListedSecret } from '../aws/secret-list.ts';
import { ConfigurationError } from '../rotation/errors.ts';
import { redactor } from '../rotation/redact.ts';
import { againForSecret, nextForSecret } from '../stores/secrets-manager/next-command.ts';
import { otherStacks, runbook, stackFunctions } from './config.ts';
import type { Watched } from './incidents.ts';
import type { Logger } from './log.ts';
import { logger } from './log.ts';
import { metrics } from './metrics.ts';
import type { Facts, News } from './notification.ts';
import { publishNews } from './publish.ts';
import { signalOf } from './running.ts';
import type { RotationHandler } from './stack.ts';

const KIND = { system: 'secret', strategy: 'none' } as const;

/** What such a function knows of where it runs. */
export interface Watch extends Watched {
  readonly functionName: string;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

/** A function that looks, and whose name ends so: its stack is what is before that. Rejects with what it could not do, which is in the log. */
export function watching(
  ending: string,
  step: string,
  work: (event: unknown, watch: Watch) => Promise<void>,
): RotationHandler {
  return async (input, context) => {
    const redact = redactor();
    const log = logger(redact, () => ({ ...KIND, step }));
    try {
      const { functionName = '' } = context ?? {};
      const prefix = stackOf(functionName, ending);
      const watched = { prefix, known: stackFunctions(), others: othersThan(prefix) };
      await work(input, { functionName, ...watched, log, signal: signalOf(context) });
    } catch (error) {
      const told = redact.error(error, '');
      log.error(told.message, { code: told.code, type: told.name, ...metrics({ outcome: 'failed' }) });
      throw told;
    }
  };
}

/** With another name, it would look at nothing and find nothing. */
function stackOf(name: string, ending: string): string {
  if (name.endsWith(ending)) return name.slice(0, -ending.length);
  throw new ConfigurationError(`the function is called ${name}, which does not end in ${ending}`, {
    hint: `its name says which functions it watches: rekey-prod-${ending} looks at the secrets of rekey-prod-…`,
  });
}

/** With one whose name its own begins with, it would leave every secret to that one, and find nothing. */
function othersThan(prefix: string): readonly string[] {
  const others = otherStacks();
  const own = others.find((other) => prefix.startsWith(`${other}-`));
  if (own === undefined) return others;
  throw new ConfigurationError(`OTHER_STACKS names ${own}, and the functions that it watches are called ${prefix}…`, {
    hint: `it would look at no secret: take ${own} out of OTHER_STACKS`,
  });
}

/** Gives whether there is a topic to tell. */
export async function tellOf(
  secret: ListedSecret,
  news: News & Pick<Facts, 'time' | 'step' | 'token'> & Partial<Pick<Facts, 'because'>>,
): Promise<boolean> {
  return publishNews({
    ...news,
    store: { kind: 'secret', next: nextForSecret, again: againForSecret },
    secretId: secret.arn,
    secretName: secret.name,
    secretArn: secret.arn,
    labels: secret.labels,
    runbook: runbook(),
    engine: KIND.system,
    strategy: KIND.strategy,
    // Nobody has tried it.
    working: 'unknown',
  });
}
