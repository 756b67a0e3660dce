/** Redshift's system views, as far as the engine asks them, on PostgreSQL's catalog. No roles: GRANT ROLE is not PostgreSQL's. */

/** `acl` is the column of `from` with the grants; identities that may log in are users, all others are groups. */
const grants = (columns: string, from: string, acl: string) => `
  SELECT ${columns}, x.privilege_type::text AS privilege_type, g.rolname::text AS identity_name,
         CASE WHEN g.rolcanlogin THEN 'user' ELSE 'group' END AS identity_type, x.is_grantable AS admin_option
    FROM ${from}, aclexplode(${acl}) x JOIN pg_roles g ON g.oid = x.grantee`;

const inSchema = 'JOIN pg_namespace n ON n.oid';

const views: Readonly<Record<string, string>> = {
  svv_relation_privileges: grants(
    'n.nspname AS namespace_name, c.relname AS relation_name',
    `pg_class c ${inSchema} = c.relnamespace`,
    'c.relacl',
  ),
  svv_column_privileges: grants(
    'n.nspname AS namespace_name, c.relname AS relation_name, a.attname AS column_name',
    `pg_attribute a JOIN pg_class c ON c.oid = a.attrelid ${inSchema} = c.relnamespace`,
    'a.attacl',
  ),
  svv_schema_privileges: grants("n.nspname AS namespace_name, 'SCHEMA' AS privilege_scope", 'pg_namespace n', 'nspacl'),
  svv_database_privileges: grants("datname AS database_name, 'DATABASE' AS privilege_scope", 'pg_database', 'datacl'),
  svv_function_privileges: grants(
    'n.nspname AS namespace_name, p.proname AS function_name, pg_get_function_identity_arguments(p.oid) AS argument_types',
    `pg_proc p ${inSchema} = p.pronamespace`,
    'p.proacl',
  ),
  svv_language_privileges: grants('lanname AS language_name', 'pg_language', 'lanacl'),
  svv_default_privileges: `
    SELECT n.nspname AS schema_name, CASE d.defaclobjtype WHEN 'f' THEN 'FUNCTION' ELSE 'RELATION' END AS object_type,
           o.rolname AS owner_name, x.privilege_type, g.rolname AS grantee_name,
           CASE WHEN g.rolcanlogin THEN 'user' ELSE 'group' END AS grantee_type, x.is_grantable AS admin_option
      FROM pg_default_acl d JOIN pg_roles o ON o.oid = d.defaclrole LEFT JOIN pg_namespace n ON n.oid = d.defaclnamespace,
           aclexplode(d.defaclacl) x JOIN pg_roles g ON g.oid = x.grantee`,
  svv_user_grants: 'SELECT NULL::text AS user_name, NULL::text AS role_name, false AS admin_option WHERE false',
  svl_user_info: `
    SELECT rolname AS usename, 'RESTRICTED' AS syslogaccess, 0 AS sessiontimeout,
           CASE rolconnlimit WHEN -1 THEN 'UNLIMITED' ELSE rolconnlimit::text END AS useconnlimit FROM pg_roles`,
  pg_proc_info: 'SELECT * FROM pg_proc',
};

/** Found whatever the search_path is. Needs allow_system_table_mods. */
export const redshiftCatalog: readonly string[] = Object.entries(views).map(
  ([name, query]) => `CREATE VIEW pg_catalog.${name} AS ${query}`,
);
export const redshiftViews: readonly string[] = Object.keys(views);
