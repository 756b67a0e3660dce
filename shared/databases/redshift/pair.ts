/**
 * What ties two users into a pair. Names do not: whoever knows the password of x_clone would be given that of x. A group does, for
 * only superusers change groups: https://docs.aws.amazon.com/redshift/latest/dg/r_Groups.html
 */
import pg from 'pg';
import type { TargetMismatchError } from '../../rotation/errors.ts';
import type { Transaction } from '../postgres/connection.ts';
import { nothingTies } from '../user-errors.ts';
import type { User } from './user.ts';

const quoted = pg.escapeIdentifier;

/**
 * The group of the pair. In lower case, as Redshift folds all names but those of users:
 * https://docs.aws.amazon.com/redshift/latest/dg/r_enable_case_sensitive_identifier.html
 */
export function groupOf(base: string): string {
  return `rekey_${base.replace(/[A-Z]/g, (letter) => letter.toLowerCase())}`;
}

export function isTied(user: User, base: string): boolean {
  return user.groups.includes(groupOf(base));
}

export async function noPair(
  transaction: Transaction,
  base: string,
  users: Record<string, User>,
): Promise<TargetMismatchError> {
  const group = groupOf(base);
  const untied = Object.entries(users).flatMap(([name, user]) => (isTied(user, base) ? [] : [quoted(name)]));
  const create = (await exists(transaction, group)) ? '' : `CREATE GROUP ${quoted(group)}; `;
  const add = `ALTER GROUP ${quoted(group)} ADD USER ${untied.join(', ')}`;
  return nothingTies(Object.keys(users), `run ${create}${add}`);
}

/** The user is a member of the group of the pair afterwards. */
export async function tie(transaction: Transaction, base: string, name: string, user: User): Promise<User> {
  if (isTied(user, base)) return user;
  const group = groupOf(base);
  if (!(await exists(transaction, group))) await transaction.query(`CREATE GROUP ${quoted(group)}`);
  await transaction.query(`ALTER GROUP ${quoted(group)} ADD USER ${quoted(name)}`);
  return { ...user, groups: [...user.groups, group] };
}

async function exists(transaction: Transaction, group: string): Promise<boolean> {
  const rows = await transaction.query('SELECT groname FROM pg_group WHERE groname = $1', [group]);
  return rows.length > 0;
}
