/**
 * Plants, for every name in a list of statements, whatever could be taken in its place: functions, operators, views and types. Each of
 * them says in the server's log that it ran, and then takes what rights it can. For servers with PostgreSQL's catalog.
 */
import type pg from 'pg';

type Run = (text: string, values?: readonly unknown[]) => Promise<Record<string, unknown>[]>;

/** Arguments that a statement may pass without a cast, so that an overload with them fits better than the server's own function. */
const ARGUMENTS = [
  'text',
  'name',
  'integer',
  'bigint',
  'oid',
  'boolean',
  '"char"',
  'smallint',
  'jsonb',
  'text[]',
  'name[]',
  'aclitem[]',
  'regclass',
  'anyelement',
  'anyarray',
];
const PAIRS = ['text', 'name', 'integer', 'bigint', 'oid', 'boolean', '"char"'];
const TRIPLES = ['text', 'name', 'integer', 'boolean'];
const OPERANDS = [
  'text',
  'name',
  'integer',
  'bigint',
  'oid',
  'boolean',
  '"char"',
  'smallint',
  'jsonb',
  'text[]',
  'aclitem[]',
  'regclass',
  'timestamptz',
];

/** What a plant writes into the log before anything else. */
export const RAN = 'PLANTED';

/** Names in statements that the server's catalog has: what is to be planted. */
export interface Names {
  readonly functions: readonly string[];
  readonly operators: readonly string[];
  readonly relations: readonly string[];
  readonly types: readonly string[];
}

export async function namesIn(statements: readonly string[], run: Run): Promise<Names> {
  const text = statements.map((each) => each.replace(/'(?:[^']|'')*'/g, "''")).join('\n');
  const words = [...new Set(text.toLowerCase().match(/[a-z_][a-z0-9_]*/g) ?? [])];
  const symbols = [...new Set(text.match(/[-+*/<>=~!@#%^&|`?]+/g) ?? [])];
  const known = async (query: string, wanted: readonly string[]) =>
    (await run(query, [wanted])).map(({ name }) => String(name));
  const catalog = "(SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = 'pg_catalog')";
  return {
    functions: await known(
      `SELECT DISTINCT proname::text AS name FROM pg_catalog.pg_proc WHERE proname = ANY($1::text[]) AND pronamespace = ${catalog} ORDER BY 1`,
      words,
    ),
    operators: await known(
      `SELECT DISTINCT oprname::text AS name FROM pg_catalog.pg_operator WHERE oprname = ANY($1::text[]) AND oprnamespace = ${catalog} ORDER BY 1`,
      symbols,
    ),
    relations: await known(
      `SELECT relname::text AS name FROM pg_catalog.pg_class WHERE relname = ANY($1::text[]) AND relkind IN ('r', 'v') AND relnamespace = ${catalog} ORDER BY 1`,
      words,
    ),
    types: await known(
      `SELECT typname::text AS name FROM pg_catalog.pg_type WHERE typname = ANY($1::text[]) AND typrelid = 0 AND typelem = 0 AND typnamespace = ${catalog} ORDER BY 1`,
      words,
    ),
  };
}

/** Gives how many were planted. `takes` are statements that a plant tries with the rights that it runs with. */
export async function plant(
  client: pg.Client,
  schema: string,
  names: Names,
  takes: readonly string[],
): Promise<number> {
  const run: Run = async (text, values = []) => (await client.query(text, [...values])).rows;
  await run('SET search_path = pg_catalog');
  await run('SET check_function_bodies = off');
  await run(`CREATE FUNCTION ${schema}.planted_all(statements text[]) RETURNS integer LANGUAGE plpgsql SET search_path = pg_catalog AS $$
    DECLARE statement text; made integer := 0;
    BEGIN
      FOREACH statement IN ARRAY statements LOOP
        BEGIN EXECUTE statement; made := made + 1; EXCEPTION WHEN OTHERS THEN NULL; END;
      END LOOP;
      RETURN made;
    END $$`);
  const tries = takes.map((take) => `BEGIN ${take}; EXCEPTION WHEN OTHERS THEN NULL; END;`).join(' ');
  const body = (kind: string, name: string, end: string) =>
    `LANGUAGE plpgsql SET search_path = pg_catalog AS $f$ BEGIN RAISE LOG '${RAN} ${kind} ${name.replaceAll('%', '%%')} ran as %', CURRENT_USER; ${tries} ${end} END $f$`;

  const functions = await run(
    `SELECT DISTINCT p.proname::text AS name, p.proretset AS many, format_type(p.prorettype, NULL) AS result,
            ARRAY(SELECT format_type(t, NULL) FROM unnest(p.proargtypes) AS t) AS arguments
       FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
      WHERE n.nspname = 'pg_catalog' AND p.proname = ANY($1::text[])`,
    [names.functions],
  );
  const operators = await run(
    `SELECT o.oprname::text AS name, min(format_type(o.oprresult, NULL)) AS result FROM pg_operator o
      WHERE o.oprname = ANY($1::text[]) GROUP BY 1`,
    [names.operators],
  );
  const overloads = functions.flatMap(({ name, many, result, arguments: own }) => {
    const count = (own as string[]).length;
    const lists = [own as string[], ...combinations(count)];
    const plain = /^any|^internal|^cstring|^record|trigger/.test(String(result)) ? 'text' : String(result);
    const end = many || plain === 'void' ? 'RETURN;' : 'RETURN NULL;';
    return lists.map(
      (list) =>
        `CREATE FUNCTION ${schema}.${name}(${list.join(', ')}) RETURNS ${many ? 'SETOF ' : ''}${plain} ${body('function', String(name), end)}`,
    );
  });
  const symbols = operators.flatMap(({ name, result }, index) =>
    OPERANDS.flatMap((left, l) =>
      OPERANDS.flatMap((right, r) => {
        const helper = `${schema}.planted_operator_${index}_${l}_${r}`;
        return [
          `CREATE FUNCTION ${helper}(${left}, ${right}) RETURNS ${result} ${body('operator', String(name), 'RETURN NULL;')}`,
          `CREATE OPERATOR ${schema}.${name} (LEFTARG = ${left}, RIGHTARG = ${right}, FUNCTION = ${helper})`,
        ];
      }),
    ),
  );
  const views = names.relations.flatMap((name) => [
    `CREATE FUNCTION ${schema}.planted_relation_${name}() RETURNS boolean ${body('relation', name, 'RETURN true;')}`,
    `CREATE VIEW ${schema}.${name} AS SELECT * FROM pg_catalog.${name} WHERE ${schema}.planted_relation_${name}()`,
    `GRANT SELECT ON ${schema}.${name} TO PUBLIC`,
  ]);
  const types = names.types.flatMap((name) => [
    `CREATE FUNCTION ${schema}.planted_type_${name}(text) RETURNS boolean ${body('type', name, 'RETURN true;')}`,
    `CREATE DOMAIN ${schema}.${name} AS text CHECK (${schema}.planted_type_${name}(VALUE))`,
  ]);
  const [row] = await run(`SELECT ${schema}.planted_all($1::text[]) AS made`, [
    [...overloads, ...symbols, ...views, ...types],
  ]);
  return Number(row?.made);
}

function combinations(count: number): string[][] {
  if (count === 1) return ARGUMENTS.map((each) => [each]);
  if (count === 2) return PAIRS.flatMap((a) => PAIRS.map((b) => [a, b]));
  if (count === 3) return TRIPLES.flatMap((a) => TRIPLES.flatMap((b) => TRIPLES.map((c) => [a, b, c])));
  return [];
}

/** What sessions of this application were logged to send, with `log_line_prefix` `%m [%p] <%a> ` and `log_statement` `all`. */
export function statementsIn(log: string, application: string): string[] {
  const entries = log.split(/^(?=\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)/m);
  const start = new RegExp(`<${application}> LOG:  (?:statement|execute <unnamed>): `);
  return entries.flatMap((entry) => {
    const [, text] = entry.split(start);
    return text === undefined ? [] : [text.trim()];
  });
}

/**
 * What a session does that does not say where names are looked for: each statement once, with nothing for its parameters, and a use of
 * each relation and type by itself, which a statement without values may not come to.
 */
export async function unguarded(client: pg.Client, statements: readonly string[], names: Names): Promise<void> {
  const uses = [
    ...names.relations.map((name) => `SELECT FROM ${name} LIMIT 1`),
    ...names.types.map((name) => `SELECT 'x'::${name}`),
  ];
  for (const text of new Set([...statements.filter((each) => /^\s*(?:SELECT|WITH)\b/.test(each)), ...uses])) {
    const count = Math.max(0, ...[...text.matchAll(/\$(\d+)/g)].map(([, digits]) => Number(digits)));
    await client.query('SAVEPOINT each');
    await client
      .query(
        text,
        Array.from({ length: count }, () => null),
      )
      .catch(() => client.query('ROLLBACK TO each'));
  }
}
