/** Which rights a statement of ours needs. */

interface NeededRight {
  /** `CREATE USER ON *.*`, or a quoted role. */
  readonly right: string;
  readonly option?: string;
}

/** What a superuser needs in any case; whoever lacks the one lacks the other, mostly. */
const OF_A_SUPERUSER: readonly NeededRight[] = [{ right: 'CREATE USER ON *.*' }, { right: 'SELECT ON mysql.*' }];
const LITERAL = String.raw`'(?:[^'\\]|''|\\.)*'`;
const PASSED_ON = new RegExp(`^(?:GRANT|REVOKE) (.*) (?:TO|FROM) ${LITERAL}@${LITERAL}(?: WITH \\w+ OPTION)?$`, 's');

/** By our own statements. What a user does to itself needs no right, but for a second password. */
export function rightsFor(statement: string): readonly NeededRight[] {
  const [, passedOn] = PASSED_ON.exec(statement) ?? [];
  if (passedOn !== undefined) {
    // One has GRANT OPTION with any right, and gives only what one has.
    const right = passedOn.replace(/^GRANT OPTION(?= ON )/, 'USAGE');
    return [{ right, option: right.includes(' ON ') ? ' WITH GRANT OPTION' : ' WITH ADMIN OPTION' }];
  }
  if (/^ALTER USER USER\(\)/.test(statement)) {
    return / RETAIN CURRENT PASSWORD$/.test(statement) ? [{ right: 'APPLICATION_PASSWORD_ADMIN ON *.*' }] : [];
  }
  // MariaDB's way of saying it, where the right to make users is not enough.
  if (/^SET DEFAULT ROLE .* FOR /s.test(statement)) return [{ right: 'UPDATE ON mysql.*' }];
  return /^(CREATE|ALTER|DROP) (USER|ROLE)\b|^SET DEFAULT ROLE|^SHOW GRANTS FOR\b|\bFROM mysql\./.test(statement)
    ? OF_A_SUPERUSER
    : [];
}

/** The rights that the refused statement needed; none of an error that is no refusal. */
export function rightsLackedBy(error: unknown): readonly NeededRight[] {
  const cause = (error as { cause?: { lacks?: readonly NeededRight[] } } | undefined)?.cause;
  return cause?.lacks ?? [];
}
