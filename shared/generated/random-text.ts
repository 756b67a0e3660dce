/** Random bytes as text. */
import { randomBytes } from 'node:crypto';
import type { Generator } from './generator.ts';

export function randomText(encoding: 'hex' | 'base64' | 'base64url', bytes: number, prefix = ''): Generator {
  return {
    isSingle: true,
    make: async () => ({ value: prefix + randomBytes(bytes).toString(encoding) }),
    faultOf({ value }) {
      if (typeof value !== 'string' || !value.startsWith(prefix)) return `is no text that begins with its prefix`;
      const text = value.slice(prefix.length);
      const decoded = Buffer.from(text, encoding);
      return decoded.length === bytes && decoded.toString(encoding) === text
        ? undefined
        : `is not ${bytes} bytes in ${encoding}`;
    },
  };
}
