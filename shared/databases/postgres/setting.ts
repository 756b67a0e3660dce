/** Settings of a role, spelled so that the server stores them once more as they are stored. */
import pg from 'pg';

/**
 * Lists whose elements the server quotes when it stores them (GUC_LIST_QUOTE; extensions may have none). All other values it stores
 * as they are written: https://github.com/postgres/postgres/blob/REL_18_STABLE/src/bin/pg_dump/dumputils.c (makeAlterConfigCommand)
 */
const LISTS = [
  'local_preload_libraries',
  'search_path',
  'session_preload_libraries',
  'shared_preload_libraries',
  'temp_tablespaces',
  'unix_socket_directories',
];

/** As statements take it. */
export const spelled = (name: string) =>
  name
    .split('.')
    .map((part) => pg.escapeIdentifier(part))
    .join('.');

/** What stands behind `SET name TO`. The value is never taken by this session: it may say where names are looked for. */
export function settingLiteral(name: string, stored: string): string {
  if (!isList(name)) return pg.escapeLiteral(stored);
  const elements = elementsOf(name, stored);
  return (elements.length === 0 ? [''] : elements).map((each) => pg.escapeLiteral(each)).join(', ');
}

/** Equal for two values that mean the same: `set_config` stores a list as it is written, with or without spaces and quotes. */
export function settingMeaning(name: string, stored: string): string {
  return isList(name)
    ? elementsOf(name, stored)
        .map((each) => pg.escapeIdentifier(each))
        .join(', ')
    : stored;
}

/** The server's own parameters hold no secrets. What applications make up (`app.jwt_secret`) may. */
export const mayHoldKey = (name: string) => name.includes('.');

const isList = (name: string) => LISTS.includes(name.toLowerCase());

/** Of lists of names unquoted ones are folded to lower case, as the server does when it reads them; others are paths. An empty one is none. */
function elementsOf(name: string, stored: string): string[] {
  const folded = ['search_path', 'temp_tablespaces'].includes(name.toLowerCase());
  const elements = stored.match(/"(?:[^"]|"")*"|[^\s,"]+/g) ?? [];
  return elements
    .map((each) =>
      each.startsWith('"') ? each.slice(1, -1).replaceAll('""', '"') : folded ? each.toLowerCase() : each,
    )
    .filter((each) => each !== '');
}
