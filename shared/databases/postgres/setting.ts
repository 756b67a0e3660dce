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

/** What stands behind `SET name TO`. The value is never taken by this session: it may say where names are looked for. */
export function settingLiteral(name: string, stored: string): string {
  if (!LISTS.includes(name.toLowerCase())) return pg.escapeLiteral(stored);
  const elements = stored.match(/"(?:[^"]|"")*"|[^\s,"]+/g) ?? [];
  const plain = elements.map((each) => (each.startsWith('"') ? each.slice(1, -1).replaceAll('""', '"') : each));
  return (plain.length === 0 ? [''] : plain).map((each) => pg.escapeLiteral(each)).join(', ');
}
