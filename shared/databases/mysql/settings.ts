/** What a session needs for its statements to mean what they say, and how it is left to who uses it next. */
import type { ServerVersion } from './version.ts';

const CHARACTERS = ['character_set_client', 'character_set_results', 'collation_connection'];

function ours(product: ServerVersion['product']): readonly (readonly [name: string, value: string])[] {
  const isMariadb = product === 'MariaDB';
  return [
    // Backslashes and quotes in literals mean what the driver takes them to mean, and names arrive as they are.
    ['sql_mode', isMariadb ? "'NO_AUTO_CREATE_USER'" : "''"],
    // Nor may the server's own setting change how SHOW GRANTS spells an account, nor a limit of user or server cut a statement short.
    ['sql_quote_show_create', '1'],
    ['lock_wait_timeout', '10'],
    isMariadb ? ['max_statement_time', '15'] : ['max_execution_time', '15000'],
  ];
}

const namesOf = (product: ServerVersion['product']) => [...ours(product).map(([name]) => name), ...CHARACTERS];

/**
 * Keeps what was set, and sets what is needed. A pooler told a session number of its own at the login: where the server's is another
 * one, the answer has a warning, for nothing else in one statement can tell.
 */
export function setSession(product: ServerVersion['product'], session: number): string {
  const kept = namesOf(product).map((name) => `@rekey_${name} = @@SESSION.${name}`);
  const set = ours(product).map(([name, value]) => `SESSION ${name} = ${value}`);
  const tells = `@rekey_shared = CAST(IF(CONNECTION_ID() = ${session}, '0', 'shared') AS SIGNED)`;
  return `SET ${[tells, ...kept, ...set, 'NAMES utf8mb4'].join(', ')}`;
}

/** `answer` is what the driver gives for that statement. */
export function isShared(answer: unknown): boolean {
  return Number((answer as { warningStatus?: unknown }).warningStatus) > 0;
}

/** For a session that somebody else uses next. All values are read before any of them is set. */
export function restoreSession(product: ServerVersion['product']): string {
  const names = namesOf(product);
  const restored = names.map((name) => `SESSION ${name} = @rekey_${name}`);
  return `SET ${[...restored, ...[...names, 'shared'].map((name) => `@rekey_${name} = NULL`)].join(', ')}`;
}
