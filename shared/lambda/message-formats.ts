/** The same message for people: as an e-mail is read at night, and as a chat channel shows it. */

/** What the forms are made of: the fields of the message, in words that are no JSON. */
export interface Told {
  readonly subject: string;
  readonly severity: 'cut-off' | 'failing' | 'info';
  readonly outcome: string;
  readonly time: Date;
  readonly secret: { readonly name: string; readonly arn: string };
  /** Which function, and where it was: `postgres, single-user, setSecret, attempt 2`. */
  readonly where: string;
  readonly token: string;
  readonly working: string;
  readonly summary?: string | undefined;
  readonly fact?: string | undefined;
  readonly hint?: string | undefined;
  readonly because?: string | undefined;
  readonly next: string;
  readonly rotateAgain?: string | undefined;
  readonly runbook?: string | undefined;
}

/** For subscribers of the protocol `email`. One fact a line, and commands on lines of their own, to be copied whole. */
export function textOf(given: Told): string {
  const told = inOneLine(given, /\p{Cc}+/gu);
  const { secret } = told;
  return [
    headOf(told),
    '',
    ...lines({ Why: told.fact ?? told.because, Hint: told.hint, 'Works now': told.working }),
    ...command(told.severity === 'info' ? 'To look:' : 'Do now:', told.next),
    ...command('Then, to rotate again:', told.rotateAgain),
    '',
    ...lines({
      Secret: secret.name === secret.arn ? secret.arn : `${secret.name}, ${secret.arn}`,
      Function: told.where,
      Version: told.token,
      Time: told.time.toISOString(),
      Runbook: told.runbook,
    }),
    '',
  ].join('\n');
}

function lines(facts: Readonly<Record<string, string | undefined>>): string[] {
  return Object.entries(facts).flatMap(([name, value]) =>
    value === undefined ? [] : [`${`${name}:`.padEnd(11)}${value}`],
  );
}

function command(title: string, text: string | undefined): string[] {
  return text === undefined ? [] : ['', title, '', `  ${text}`];
}

const SIGNS = { 'cut-off': ':rotating_light:', failing: ':warning:', info: ':information_source:' };

/**
 * A custom notification of Amazon Q Developer in chat applications, which shows nothing else that is published to a topic. What belongs
 * to one rotation is one thread. https://docs.aws.amazon.com/chatbot/latest/adminguide/custom-notifs.html
 */
export function chatOf(given: Told): string {
  const told = inOneLine(given, /[\p{Cc}`]+/gu);
  const sentences = [
    told.fact ?? told.because,
    told.hint && `_${told.hint}_`,
    `Works now: *${told.working}*`,
    told.where,
  ];
  return JSON.stringify({
    version: '1.0',
    source: 'custom',
    content: {
      textType: 'client-markdown',
      title: `${SIGNS[told.severity]} ${headOf(told)}`,
      description: sentences.filter((line) => line !== undefined).join('\n'),
      nextSteps: [
        `\`${told.next}\``,
        ...(told.rotateAgain === undefined ? [] : [`To rotate again: \`${told.rotateAgain}\``]),
        ...(told.runbook === undefined ? [] : [`Runbook: ${told.runbook}`]),
      ],
    },
    metadata: {
      threadId: told.token,
      summary: headOf(told),
      eventType: `rekey-${told.outcome}`,
      relatedResources: [told.secret.arn],
    },
  });
}

/** Facts and hints may hold names that whoever owns a database chose: none begins a line, or ends a command, of its own. */
function inOneLine(told: Told, unwanted: RegExp): Told {
  const clean = (text: string | undefined) => text?.replaceAll(unwanted, ' ');
  return { ...told, fact: clean(told.fact), hint: clean(told.hint), because: clean(told.because) };
}

const headOf = ({ summary, subject }: Told) => summary ?? subject.replace(/^Rekey: /, '');
