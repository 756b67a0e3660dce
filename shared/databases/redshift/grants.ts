/** Rights that were granted to a user by name, from the views that Redshift keeps for each kind of object. */
import pg from 'pg';
import { ServiceError } from '../../rotation/errors.ts';
import type { Row, Transaction } from '../postgres/connection.ts';
import type { Grant } from '../postgres/grants.ts';
import { isInternal } from './ownership.ts';
import { ask, literal, type Question } from './question.ts';

const quoted = (value: unknown) => pg.escapeIdentifier(String(value));
const at = (row: Row, object: unknown) => `${quoted(row.namespace_name)}.${quoted(object)}`;

/** A view, and how GRANT spells a row of it. Views: https://docs.aws.amazon.com/redshift/latest/dg/svv_views.html */
interface Kind {
  readonly view: string;
  readonly columns: string;
  right(row: Row): string;
}

const kinds: readonly Kind[] = [
  {
    view: 'svv_relation_privileges',
    columns: 'namespace_name, relation_name, admin_option',
    right: (row) => `${row.privilege_type} ON TABLE ${at(row, row.relation_name)}`,
  },
  {
    view: 'svv_column_privileges',
    columns: 'namespace_name, relation_name, column_name',
    right: (row) => `${row.privilege_type} (${quoted(row.column_name)}) ON TABLE ${at(row, row.relation_name)}`,
  },
  {
    view: 'svv_schema_privileges',
    columns: 'namespace_name, privilege_scope, admin_option',
    right: (row) => scoped(row, 'SCHEMA', quoted(row.namespace_name)),
  },
  {
    view: 'svv_database_privileges',
    columns: 'database_name, privilege_scope, admin_option',
    right: (row) => scoped(row, 'DATABASE', quoted(row.database_name)),
  },
  {
    view: 'svv_function_privileges',
    columns: 'namespace_name, function_name, argument_types, admin_option',
    right: (row) => `${row.privilege_type} ON FUNCTION ${at(row, row.function_name)}(${row.argument_types})`,
  },
  {
    view: 'svv_language_privileges',
    columns: 'language_name, admin_option',
    right: (row) => `${row.privilege_type} ON LANGUAGE ${quoted(row.language_name)}`,
  },
];

/** `SELECT ON SCHEMA s`, or with scoped permissions `SELECT FOR TABLES IN SCHEMA s`. */
function scoped(row: Row, container: string, name: string): string {
  const scope = String(row.privilege_scope ?? container);
  const where = scope === container ? `ON ${container}` : `FOR ${scope} IN ${container}`;
  return `${row.privilege_type} ${where} ${name}`;
}

/** Grants to the users themselves: not through groups and roles, not what is owned, not what PUBLIC may do. */
export function grantedTo(users: readonly string[]): Question<Grant[]> {
  const among = (column: string) => `${column} IN (${users.map(literal).join(', ')})`;
  // By the server's own comparison, which found the row.
  const holder = (column: string) =>
    `CASE ${users.map((user, at) => `WHEN ${column} = ${literal(user)} THEN ${at}`).join(' ')} ELSE -1 END AS holder`;
  const grant = (right: string, row: Row, prefix = ''): Grant => {
    const grantee = users[Number(row.holder)];
    if (grantee === undefined) throw new Error('a grant to nobody who was asked for');
    return { grantee, right, prefix, grantable: row.admin_option === true };
  };
  return {
    texts: [
      ...kinds.map(
        ({ view, columns }) => `SELECT ${holder('identity_name')}, privilege_type, ${columns} FROM ${view}
                                 WHERE identity_type = 'user' AND ${among('identity_name')}`,
      ),
      `SELECT ${holder('grantee_name')}, schema_name, object_type, owner_name, privilege_type, admin_option
         FROM svv_default_privileges WHERE grantee_type = 'user' AND ${among('grantee_name')}`,
    ],
    answer: (...rows) => [
      ...kinds.flatMap(({ right }, at) =>
        (rows[at] ?? []).filter((row) => !isInternal(row.relation_name)).map((row) => grant(right(row), row)),
      ),
      ...(rows[kinds.length] ?? []).map((row) => {
        const where = row.schema_name === null || row.schema_name === '' ? '' : ` IN SCHEMA ${quoted(row.schema_name)}`;
        const prefix = `ALTER DEFAULT PRIVILEGES FOR USER ${quoted(row.owner_name)}${where} `;
        return grant(`${row.privilege_type} ON ${pluralOf(row.object_type)}`, row, prefix);
      }),
    ],
  };
}

/** As `grantedTo`, of one user, spelled as GRANT wants it. */
export async function grantsTo(transaction: Transaction, user: string): Promise<Grant[]> {
  const [grants] = await ask(transaction, grantedTo([user]));
  return withProcedures(transaction, grants);
}

/** A kind that nobody here knows is no reason to guess a right. */
function pluralOf(kind: unknown): string {
  const plural: Record<string, string> = { RELATION: 'TABLES', FUNCTION: 'FUNCTIONS', PROCEDURE: 'PROCEDURES' };
  const known = plural[String(kind)];
  if (known !== undefined) return known;
  throw new ServiceError(`Redshift lists default privileges on ${String(kind)}, which Rekey does not know`, {
    hint: 'use the single-user function for this secret, and report the kind',
  });
}

/** The view of functions holds procedures too, which GRANT calls by another word. */
export async function withProcedures(transaction: Transaction, grants: Grant[]): Promise<Grant[]> {
  if (!grants.some(({ right }) => right.includes(' ON FUNCTION '))) return grants;
  const rows = await transaction.query(
    `SELECT n.nspname AS namespace_name, p.proname AS name
       FROM pg_proc_info p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE p.prokind = 'p'`,
  );
  const procedures = rows.map((row) => ` ON FUNCTION ${at(row, row.name)}(`);
  return grants.map((each) =>
    procedures.some((start) => each.right.includes(start))
      ? { ...each, right: each.right.replace(' ON FUNCTION ', ' ON PROCEDURE ') }
      : each,
  );
}

/**
 * The right on the whole table, when this is one on a column. Nobody holds both, and GRANT of the wider one is an error as long as the
 * other is there: https://docs.aws.amazon.com/redshift/latest/dg/r_GRANT-usage-notes.html
 */
export function onWholeTable({ right }: Grant): string | undefined {
  const [, kind, where] = /^(\w+) \("(?:[^"]|"")*"\) (ON TABLE .*)$/s.exec(right) ?? [];
  return kind === undefined ? undefined : `${kind} ${where}`;
}
