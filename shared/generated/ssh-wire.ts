/** How SSH writes numbers and texts: https://www.rfc-editor.org/rfc/rfc4251#section-5 */

export function uint32(value: number): Buffer {
  const made = Buffer.alloc(4);
  made.writeUInt32BE(value);
  return made;
}

export function text(value: string | Buffer): Buffer {
  const content = Buffer.from(value);
  return Buffer.concat([uint32(content.length), content]);
}

/** A number that is not negative, without zeros in front but for the one that keeps it so. */
export function mpint(value: Buffer): Buffer {
  const first = value.findIndex((byte) => byte !== 0);
  const digits = first < 0 ? Buffer.alloc(0) : value.subarray(first);
  return text((digits[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.alloc(1), digits]) : digits);
}

export interface Reader {
  uint32(): number;
  text(): Buffer;
  /** Without the zero in front. */
  mpint(): Buffer;
}

/** Throws a RangeError or TypeError for what does not begin with `magic`, or ends too early. */
export function reader(content: Buffer, magic: Buffer = Buffer.alloc(0)): Reader {
  if (!content.subarray(0, magic.length).equals(magic)) throw new TypeError('it begins with something else');
  let at = magic.length;
  const uint32 = () => {
    at += 4;
    return content.readUInt32BE(at - 4);
  };
  const text = () => {
    const length = uint32();
    if (at + length > content.length) throw new RangeError('it ends too early');
    at += length;
    return content.subarray(at - length, at);
  };
  return {
    uint32,
    text,
    mpint: () => {
      const number = text();
      return number[0] === 0 ? number.subarray(1) : number;
    },
  };
}
