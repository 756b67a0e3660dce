/** What a server lets users do to themselves, and where it keeps them: found out by trying, as nobody's page says it of every server. */
import type { Document } from 'mongodb';

/** Runs in the database admin unless another is named. */
export type Command = (command: Document, db?: string) => Promise<Document>;

/** MongoDB gives no built-in role for that. */
const OWN_PASSWORD = 'changesOwnPassword';
/** Files that run at once have one server. */
const PROBE = `rekey_probe_${process.pid}`;

/** Does nothing where the server answers with one of these codes. */
export async function unless(codes: readonly number[], work: Promise<unknown>): Promise<void> {
  await work.catch((error) => {
    if (!codes.includes(error.code)) throw error;
  });
}

/** With which a user may set its own password: a role for it, or none where the server makes no roles. */
export async function ownPasswordRoles(command: Command): Promise<string[]> {
  const privileges = [{ resource: { db: 'admin', collection: '' }, actions: ['changeOwnPassword'] }];
  try {
    await unless([51002], command({ createRole: OWN_PASSWORD, privileges, roles: [] }));
    return [OWN_PASSWORD];
  } catch {
    return [];
  }
}

/** Is a user the same one, whichever database is named? */
export async function hasOneUserDatabase(command: Command): Promise<boolean> {
  const make = (db?: string) => command({ createUser: PROBE, pwd: 'probe-password', roles: [] }, db);
  const drop = (db?: string) => unless([11], command({ dropUser: PROBE }, db));
  await drop();
  await drop(ELSEWHERE);
  await make();
  try {
    await make(ELSEWHERE);
    await drop(ELSEWHERE);
    return false;
  } catch {
    return true;
  } finally {
    await drop();
  }
}

const ELSEWHERE = 'rekey_elsewhere';
