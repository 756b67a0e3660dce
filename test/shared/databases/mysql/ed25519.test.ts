import { createPublicKey, verify } from 'node:crypto';
import { expect, it } from 'vitest';
import { ed25519Hash, ed25519Signature } from '../../../../shared/databases/mysql/ed25519.ts';

/** The value on https://mariadb.com/kb/en/authentication-plugin-ed25519/ */
it('makes the hash that MariaDB makes', () => {
  expect(ed25519Hash('secret')).toBe('ZIgUREUg5PVgQ6LskhXmO+eZLS0nC8be6HPjYWR4YJY');
});

/** Of an implementation with arithmetic of its own: the nonce is a hash too, so there is one right answer. */
it('signs a challenge with one signature and no other', () => {
  const signature = ed25519Signature('secret', Buffer.from('0123456789abcdef0123456789abcdef'));

  expect(signature.toString('hex')).toBe(
    'db2e9c54b8d7e428dd00ce167053e5fae7959a28fb6c02bb634907fb8867ea3d' +
      'b8720bcff4ebfd7ccd67f331451ca060566d67fbaf78d14dba839378de3e5b0f',
  );
});

it.each(['secret', '', 'пароль-密码-🔑', 'x'.repeat(200)])(
  'signs so that Node finds the signature right: %s',
  (password) => {
    const challenge = Buffer.from('0123456789abcdef0123456789abcdef');
    const prefix = Buffer.from('302a300506032b6570032100', 'hex');
    const der = Buffer.concat([prefix, Buffer.from(ed25519Hash(password), 'base64')]);
    const key = createPublicKey({ key: der, format: 'der', type: 'spki' });

    const signature = ed25519Signature(password, challenge);

    expect(verify(null, challenge, key, signature)).toBe(true);
    expect(verify(null, Buffer.from('another challenge'), key, signature)).toBe(false);
  },
);
