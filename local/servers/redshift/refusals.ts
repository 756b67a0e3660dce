/** What Redshift refuses and PostgreSQL takes. Sources: docs/engines/redshift.md, "How sure this is" */

/** Serverless and Multi-AZ refuse relations with these prefixes to everybody, superusers too. One of each kind, with its columns. */
const DENIED: Readonly<Record<string, readonly string[]>> = {
  svl_user_info: ['usename', 'useconnlimit', 'syslogaccess', 'sessiontimeout', 'external_id'],
  stl_query: ['userid'],
  stv_sessions: ['user_name'],
  svcs_query_summary: ['userid'],
};

const denied = [
  `CREATE FUNCTION pg_catalog.denied_relation(name text) RETURNS SETOF text STABLE LANGUAGE plpgsql AS $$
   BEGIN RAISE EXCEPTION 'permission denied for relation %', name USING ERRCODE = '42501'; END $$`,
  ...Object.entries(DENIED).flatMap(([name, columns]) => [
    `CREATE VIEW pg_catalog.${name} AS
     SELECT ${columns.map((column) => `x AS ${column}`).join(', ')} FROM denied_relation('${name}') x`,
    `GRANT SELECT ON pg_catalog.${name} TO PUBLIC`,
  ]),
];

/** A right on a whole table beside the same right of the same user on one of its columns. */
const BESIDE_COLUMN = `
  SELECT 1 FROM pg_class c, aclexplode(c.relacl) whole, pg_attribute a, aclexplode(a.attacl) one
   WHERE a.attrelid = c.oid AND one.grantee = whole.grantee AND one.privilege_type = whole.privilege_type`;

/** External schemas and shared databases that the statement names. */
const NAMED = `
  SELECT 'SCHEMA' AS kind, oid, nspname AS name FROM pg_namespace
   WHERE obj_description(oid, 'pg_namespace') = 'external'
     AND current_query() ~* ('ON SCHEMA "?' || nspname || '"? ')
   UNION ALL
  SELECT 'DATABASE', oid, datname FROM pg_database
   WHERE shobj_description(oid, 'pg_database') = 'shared'
     AND current_query() ~* ('ON DATABASE "?' || datname || '"? ')`;

const guard = `
  CREATE FUNCTION pg_catalog.redshift_refuses() RETURNS event_trigger LANGUAGE plpgsql AS $$
  DECLARE
    named record;
    holder record;
  BEGIN
    IF TG_TAG = 'GRANT' AND EXISTS (${BESIDE_COLUMN}) THEN
      RAISE EXCEPTION 'a column privilege stands beside the table privilege' USING ERRCODE = '0A000';
    END IF;
    FOR named IN ${NAMED} LOOP
      -- The clock of a transaction block is older than that of its second statement.
      IF transaction_timestamp() <> statement_timestamp() OR current_query() LIKE '%;%' THEN
        RAISE EXCEPTION '% on an external resource cannot run inside a transaction block', TG_TAG USING ERRCODE = '25001';
      END IF;
      IF named.kind = 'SCHEMA' AND current_query() ~* '^s*GRANT' THEN
        IF current_query() !~* '^s*GRANT (ALL|USAGE) ON' THEN
          RAISE EXCEPTION 'only USAGE is granted on an external schema' USING ERRCODE = '0A000';
        END IF;
        FOR holder IN SELECT pg_get_userbyid(x.grantee) AS name FROM pg_namespace n, aclexplode(n.nspacl) x
                       WHERE n.oid = named.oid AND x.privilege_type = 'CREATE' AND x.grantee <> n.nspowner LOOP
          EXECUTE format('REVOKE CREATE ON SCHEMA %I FROM %I', named.name, holder.name);
        END LOOP;
      END IF;
    END LOOP;
  END $$`;

export const redshiftRefusals: readonly string[] = [
  ...denied,
  guard,
  `CREATE EVENT TRIGGER redshift_refuses ON ddl_command_end WHEN TAG IN ('GRANT', 'REVOKE')
   EXECUTE FUNCTION redshift_refuses()`,
];
