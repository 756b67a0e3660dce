/** Would a password open an account? Read off what the server keeps, without a login that would be refused and counted. */
import type { Account } from './accounts.ts';
import { ed25519Hash } from './ed25519.ts';
import { shaCrypt } from './sha-crypt.ts';
import { nativeHash } from './verifier.ts';

export function opens({ plugin, stored }: Account, password: string): boolean {
  return stored.some((kept) => isOf(plugin, kept, password));
}

function isOf(plugin: string, kept: Buffer, password: string): boolean {
  switch (plugin) {
    case 'caching_sha2_password':
      return isCachingSha2Of(kept, password);
    case 'sha256_password':
      return isSha256Of(kept, password);
    case 'mysql_native_password':
      return kept.toString() === nativeHash(password);
    case 'ed25519':
      return kept.toString() === ed25519Hash(password);
    default:
      return false;
  }
}

/** `$A$`, thousands of rounds in three hexadecimal digits, `$`, 20 bytes of salt, digest. */
function isCachingSha2Of(kept: Buffer, password: string): boolean {
  const rounds = Number.parseInt(kept.toString('latin1', 3, 6), 16) * 1000;
  if (kept.toString('latin1', 0, 3) !== '$A$' || !(rounds > 0)) return false;
  return kept.toString('latin1', 27) === shaCrypt(Buffer.from(password), kept.subarray(7, 27), rounds);
}

/** `$5$`, 20 bytes of salt, `$`, digest. */
function isSha256Of(kept: Buffer, password: string): boolean {
  if (kept.toString('latin1', 0, 3) !== '$5$') return false;
  return kept.toString('latin1', 24) === shaCrypt(Buffer.from(password), kept.subarray(3, 23), 5000);
}
