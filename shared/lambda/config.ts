/** The function's settings. The only reader of the environment; docs/settings.md has the table. */
import { ConfigurationError } from '../rotation/errors.ts';
import type { PasswordSettings } from '../rotation/strategy.ts';
import type { NotificationFormat } from './notification.ts';

export interface Settings {
  readonly password: PasswordSettings;
  /** 'finish': promote in finishSecret, as AWS's templates do. */
  readonly cutover: 'finish' | undefined;
  /** Path of a PEM file whose certificates are trusted too. */
  readonly caBundle: string | undefined;
  readonly region: string;
  /** The role that lets EventBridge Scheduler call this function later. Without it nothing can be asked for. */
  readonly schedulerRole: string | undefined;
  /** Where a provider is reached in place of its own address: a proxy, or a double. */
  readonly providerEndpoint: string | undefined;
}

/** Throws ConfigurationError, which names the variable. */
export function readSettings(env: NodeJS.ProcessEnv = process.env): Settings {
  return {
    password: {
      excludeCharacters: env.EXCLUDE_CHARACTERS,
      length: length(env.PASSWORD_LENGTH),
      excludeNumbers: flag(env.EXCLUDE_NUMBERS, false),
      excludePunctuation: flag(env.EXCLUDE_PUNCTUATION, false),
      excludeUppercase: flag(env.EXCLUDE_UPPERCASE, false),
      excludeLowercase: flag(env.EXCLUDE_LOWERCASE, false),
      requireEachIncludedType: flag(env.REQUIRE_EACH_INCLUDED_TYPE, true),
      clearText: oneOf('CLEAR_TEXT', env.CLEAR_TEXT, 'fallback', 'never'),
    },
    cutover: oneOf('CUTOVER', env.CUTOVER, 'set', 'finish'),
    caBundle: env.DATABASE_CA_BUNDLE || undefined,
    region: env.AWS_REGION ?? env.AWS_DEFAULT_REGION ?? '',
    schedulerRole: env.SCHEDULER_ROLE_ARN || undefined,
    providerEndpoint: env.PROVIDER_ENDPOINT || undefined,
  };
}

/** Read apart from the rest, so that a mistake elsewhere can still be told. */
export function notificationTopic(env: NodeJS.ProcessEnv = process.env): string | undefined {
  return env.NOTIFICATION_TOPIC_ARN || undefined;
}

/** Are people told of a configuration check that passed? */
export function notifiesChecks(env: NodeJS.ProcessEnv = process.env): boolean {
  return env.NOTIFY_CHECKS?.toLowerCase() !== 'off';
}

/** The stack that metrics are of. Undefined: none are written. */
export function metricsStack(env: NodeJS.ProcessEnv = process.env): string | undefined {
  return env.METRICS || undefined;
}

/** What functions are called in a stack, without its name. */
export function stackFunctions(env: NodeJS.ProcessEnv = process.env): readonly string[] {
  return env.STACK_FUNCTIONS ? env.STACK_FUNCTIONS.split(',') : [];
}

/** Stacks whose names begin as this one's does, and whose secrets others tell of. */
export function otherStacks(env: NodeJS.ProcessEnv = process.env): readonly string[] {
  const names = (env.OTHER_STACKS ?? '').split(',').map((name) => name.trim());
  return names.filter((name) => name !== '');
}

/** What subscribers get, by their protocol. */
export function notificationFormat(env: NodeJS.ProcessEnv = process.env): NotificationFormat {
  const format = env.NOTIFICATION_FORMAT?.toLowerCase();
  // A message in another form is better than none.
  return format === 'text' || format === 'chat' ? format : 'json';
}

/** Where people read the runbook: a path in this repository, unless the setting has an address. */
export function runbook(env: NodeJS.ProcessEnv = process.env): string {
  return env.RUNBOOK_URL || 'docs/runbook.md';
}

/** Path of the description of a provider, for the function that has no provider of its own. */
export function providerDescription(env: NodeJS.ProcessEnv = process.env): string {
  if (env.DECLARED_PROVIDER) return env.DECLARED_PROVIDER;
  throw wrong('DECLARED_PROVIDER', 'name the JSON file that describes the provider: providers/acme.json');
}

/** The name that AWS's templates gave to the endpoint becomes the SDK's own, before the first client is made. */
export function adoptTemplateEndpoint(env: NodeJS.ProcessEnv = process.env): void {
  if (env.SECRETS_MANAGER_ENDPOINT) env.AWS_ENDPOINT_URL_SECRETS_MANAGER ??= env.SECRETS_MANAGER_ENDPOINT;
}

/** As AWS's templates spell booleans: true, 1, y and yes in any case; all else is false. */
function flag(text: string | undefined, absent: boolean): boolean {
  return text === undefined ? absent : ['true', '1', 'y', 'yes'].includes(text.toLowerCase());
}

function length(text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined;
  if (/^[1-9]\d{0,3}$/.test(text)) return Number(text);
  throw wrong('PASSWORD_LENGTH', 'give a number from 1 to 9999, or leave it out');
}

function oneOf<T extends string>(variable: string, text: string | undefined, usual: string, other: T): T | undefined {
  if (text === undefined || text === '' || text === usual) return undefined;
  if (text === other) return other;
  throw wrong(variable, `give ${usual} (default) or ${other}`);
}

function wrong(variable: string, hint: string): ConfigurationError {
  return new ConfigurationError(`environment variable ${variable} is not usable`, {
    hint,
  });
}
