import { expect, it } from 'vitest';
import { shaCrypt } from '../../../../shared/databases/mysql/sha-crypt.ts';

/** Made with glibc's crypt(3). */
it.each([
  ['Hello world!', 'saltstring', 5000, '5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc5'],
  ['Hello world!', 'saltstringsaltst', 10000, '3xv.VbSHBb41AL9AvLeujZkZRBAwqFMz2.opqey6IcA'],
])('%s with salt %s in %i rounds', (password, salt, rounds, digest) => {
  expect(shaCrypt(Buffer.from(password), Buffer.from(salt), rounds)).toBe(digest);
});
