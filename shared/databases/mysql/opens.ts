/** Would a password open an account? Read off what the server keeps, without a login that would be refused and counted. */
import { TargetMismatchError } from '../../rotation/errors.ts';
import type { Account } from './accounts.ts';
import { readAccounts } from './accounts.ts';
import type { Connection } from './connection.ts';
import { ed25519Hash } from './ed25519.ts';
import { accountOf } from './quoting.ts';
import { shaCrypt } from './sha-crypt.ts';
import { nativeHash, requireKnownPlugin, roundsIn } from './verifier.ts';

export function storedFits({ plugin, stored }: Account, password: string): boolean {
  return stored.some((kept) => isOf(plugin, kept, password));
}

function isOf(plugin: string, kept: Buffer, password: string): boolean {
  switch (plugin) {
    case 'caching_sha2_password':
      return isCachingSha2Of(kept, password);
    case 'sha256_password':
      return isSha256Of(kept, password);
    case 'mysql_native_password':
      // Hexadecimal in either case, as it was handed over.
      return kept.toString().toUpperCase() === nativeHash(password);
    case 'ed25519':
      return kept.toString() === ed25519Hash(password);
    default:
      return false;
  }
}

/**
 * Of a user with accounts at several hosts. The server picks one by where this function comes from, and would count a login that
 * it refuses there: so those that may be meant must agree. Throws TargetMismatchError when they do not.
 */
export async function opensFromHere(connection: Connection, user: string, password: string): Promise<boolean> {
  const accounts = await readAccounts(connection, [user]);
  const open = accounts.filter((account) => storedFits(account, password));
  if (open.length === 0) {
    // Of what another plugin keeps nobody here can tell, and "no" would be told as a lock-out.
    for (const { plugin } of accounts) requireKnownPlugin(connection, plugin);
    return false;
  }
  const others = accounts.filter((account) => !open.includes(account));
  // Wherever it comes from.
  if (others.length === 0) return true;
  const [row] = await connection.query('SELECT USER() AS name');
  const name = String(row?.name);
  const here = name.slice(name.lastIndexOf('@') + 1);
  const closed = others.find(({ host }) => mayAdmit(host, here));
  if (closed === undefined) return true;
  throw new TargetMismatchError(`the password opens ${open.map(accountOf).join(', ')}, but not ${accountOf(closed)}`, {
    hint: `a login from here might be refused and counted: give both accounts one password, or one of them another name`,
  });
}

/** Only of two addresses can it be told for sure that they do not fit; names, networks and localhost might. */
export function mayAdmit(pattern: string, client: string): boolean {
  if (!/^[\d.]+$/.test(client) || !/^[\d.%_]+$/.test(pattern)) return true;
  const text = pattern.replaceAll('.', '\\.').replaceAll('%', '.*').replaceAll('_', '.');
  return new RegExp(`^${text}$`).test(client);
}

/** `$A$`, thousands of rounds in three hexadecimal digits, `$`, 20 bytes of salt, digest. */
function isCachingSha2Of(kept: Buffer, password: string): boolean {
  const rounds = roundsIn(kept);
  if (rounds === 0) return false;
  return kept.toString('latin1', 27) === shaCrypt(Buffer.from(password), kept.subarray(7, 27), rounds);
}

/** `$5$`, 20 bytes of salt, `$`, digest. */
function isSha256Of(kept: Buffer, password: string): boolean {
  if (kept.toString('latin1', 0, 3) !== '$5$') return false;
  return kept.toString('latin1', 24) === shaCrypt(Buffer.from(password), kept.subarray(3, 23), 5000);
}
