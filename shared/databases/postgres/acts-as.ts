/** Which role a login acts as. Without the driver: the engine's front door names it. */

/** Says which role it acts as there, or everywhere; goes before what a database says. */
export function ownRole(role: string, database: string): string {
  return `SELECT FROM pg_db_role_setting own, unnest(own.setconfig) entry
           WHERE own.setrole = ${role} AND own.setdatabase IN (0, ${database}) AND entry LIKE 'role=%'`;
}

/** The database of the session. */
export const HERE = '(SELECT oid FROM pg_database WHERE datname = current_database())';

/** Whoever is to change a role acts as its own settings say, not as what a database has for those who work in it. */
export const AS_LOGIN = `
  SELECT set_config('role', 'none', true) FROM pg_roles me
   WHERE me.rolname = session_user AND current_user <> session_user AND NOT EXISTS (${ownRole('me.oid', HERE)})`;
