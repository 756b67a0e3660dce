/** Makes one user like another: attributes, settings, groups, roles, grants by name. Only what differs is changed. */
import pg from 'pg';
import type { Transaction } from '../postgres/connection.ts';
import type { Grant } from '../postgres/grants.ts';
import { grantStatement, grantText, revokeStatement } from '../postgres/grants.ts';
import { send, type Waiting } from './alone.ts';
import { requireRevoked } from './grantor.ts';
import { grantedTo, grantsTo, onWholeTable, withProcedures } from './grants.ts';
import { isOnOwned, ownedBy, rightsOn } from './ownership.ts';
import { ask } from './question.ts';
import type { User } from './user.ts';
import { settingLiteral } from './user.ts';

const quoted = pg.escapeIdentifier;

/** `to` is to be like `from`. */
export interface Users {
  readonly model: User;
  readonly target: User;
  readonly from: string;
  readonly to: string;
}

/** What cannot be done in this transaction is added to `waiting`. */
export async function alignRights(
  transaction: Transaction,
  { from, ...users }: Users,
  waiting: Waiting,
): Promise<void> {
  await alignSettings(transaction, users);
  await alignMemberships(transaction, users);
  await alignGrants(transaction, from, users.to, waiting);
}

/**
 * One option a statement: the manual and the server do not agree on what stands between two. By the manual's grammar VALID UNTIL follows
 * PASSWORD, and there is none to send for a clone in use; CREATE USER has the two apart, and so do those who manage users by Terraform.
 */
export async function alignAttributes(transaction: Transaction, { model, target, to }: Users): Promise<void> {
  const [should, has] = [model.limits, target.limits];
  const options = [
    ...(model.createsDatabases === target.createsDatabases ? [] : [model.createsDatabases ? 'CREATEDB' : 'NOCREATEDB']),
    ...(model.isSuperuser === target.isSuperuser ? [] : [model.isSuperuser ? 'CREATEUSER' : 'NOCREATEUSER']),
    ...(model.validUntil === target.validUntil ? [] : [`VALID UNTIL '${model.validUntil ?? 'infinity'}'`]),
    ...(should.connections === has.connections ? [] : [`CONNECTION LIMIT ${word(should.connections)}`]),
    ...(should.syslog === has.syslog ? [] : [`SYSLOG ACCESS ${word(should.syslog)}`]),
    ...(should.sessionTimeout === has.sessionTimeout ? [] : [sessionTimeout(should.sessionTimeout)]),
  ];
  for (const option of options) await transaction.query(`ALTER USER ${quoted(to)} ${option}`);
}

function sessionTimeout(seconds: string): string {
  return seconds === '0' ? 'RESET SESSION TIMEOUT' : `SESSION TIMEOUT ${word(seconds)}`;
}

/** Goes into a statement as it is, so it must be one word. */
function word(text: string): string {
  if (!/^[A-Z0-9-]+$/.test(text)) throw new Error('a user attribute is not one word');
  return text;
}

async function alignSettings(
  transaction: Transaction,
  { model, target, to }: { model: User; target: User; to: string },
): Promise<void> {
  for (const name of target.settings.keys()) {
    if (!model.settings.has(name)) await transaction.query(`ALTER USER ${quoted(to)} RESET ${quoted(name)}`);
  }
  for (const [name, value] of model.settings) {
    const literal = settingLiteral(name, value);
    // What cannot be spelled stays different, and testSecret says so.
    if (target.settings.get(name) === value || literal === undefined) continue;
    await transaction.query(`ALTER USER ${quoted(to)} SET ${quoted(name)} TO ${literal}`);
  }
}

export async function alignMemberships(
  transaction: Transaction,
  { model, target, to }: { model: User; target: User; to: string },
): Promise<void> {
  for (const group of model.groups.filter((name) => !target.groups.includes(name))) {
    await transaction.query(`ALTER GROUP ${quoted(group)} ADD USER ${quoted(to)}`);
  }
  for (const group of target.groups.filter((name) => !model.groups.includes(name))) {
    await transaction.query(`ALTER GROUP ${quoted(group)} DROP USER ${quoted(to)}`);
  }
  const key = ({ name, grantable }: { name: string; grantable: boolean }) => `${grantable} ${name}`;
  const has = new Set(target.roles.map(key));
  const should = new Set(model.roles.map(key));
  // Taken away first: a role without ADMIN OPTION replaces one with it.
  for (const role of target.roles.filter((each) => !should.has(key(each)))) {
    await transaction.query(`REVOKE ROLE ${quoted(role.name)} FROM ${quoted(to)}`);
  }
  for (const role of model.roles.filter((each) => !has.has(key(each)))) {
    const option = role.grantable ? ' WITH ADMIN OPTION' : '';
    await transaction.query(`GRANT ROLE ${quoted(role.name)} TO ${quoted(to)}${option}`);
  }
}

async function alignGrants(transaction: Transaction, from: string, to: string, waiting: Waiting): Promise<void> {
  const [owned, granted] = await ask(transaction, ownedBy([from, to]), grantedTo([from, to]));
  const grants = await withProcedures(transaction, granted);
  const heldBy = (user: string) => grants.filter(({ grantee }) => grantee === user);
  const of = (user: string) => heldBy(user).filter((grant) => !isOnOwned(grant, owned));
  const should = new Set(of(from).map(grantText));
  const has = new Set(of(to).map(grantText));
  const surplus = of(to).filter((grant) => !should.has(grantText(grant)));
  // Taken away first: a right on a table does not stand beside one on a column.
  for (const grant of surplus) await send(transaction, revokeStatement(grant), waiting);
  if (surplus.length > waiting.length) await requireRevoked(transaction, to, surplus, waiting);
  for (const grant of of(from))
    if (!has.has(grantText(grant))) await send(transaction, grantStatement(grant, to), waiting);

  for (const each of owned) {
    for (const user of [from, to]) {
      const held = heldBy(user);
      if (rightsOn(each, user, held).length === each.rights.length) continue;
      const columns = held.filter((grant) => onWholeTable(grant)?.endsWith(` ON ${each.object}`));
      for (const grant of columns) await transaction.query(revokeStatement(grant));
      const rights = each.isExternal ? each.rights.join(', ') : 'ALL';
      await send(transaction, `GRANT ${rights} ON ${each.object} TO ${quoted(user)}`, waiting);
    }
  }
}

/** Gives `to` what of these grants it has not: neither the same, nor, for a column, the right on the whole table. */
export async function give(
  transaction: Transaction,
  grants: readonly Grant[],
  to: string,
  waiting: Waiting,
): Promise<void> {
  const held = await grantsTo(transaction, to);
  const has = new Set(held.map(grantText));
  const rights = new Set(held.map(({ right }) => right));
  for (const grant of grants) {
    if (has.has(grantText(grant)) || rights.has(onWholeTable(grant) ?? '')) continue;
    for (const narrow of held.filter((each) => onWholeTable(each) === grant.right)) {
      await transaction.query(revokeStatement(narrow));
    }
    await send(transaction, grantStatement(grant, to), waiting);
  }
}
