/** Several questions are one message, and are waited for once: a rotation asks twelve views of each user. */
import type { Row, Transaction } from '../postgres/connection.ts';

export interface Question<Answer> {
  readonly texts: readonly string[];
  /** From the rows of each text. May throw what they mean. */
  readonly answer: (...rows: readonly (readonly Row[])[]) => Answer;
}

type Answers<Questions extends readonly Question<unknown>[]> = {
  -readonly [At in keyof Questions]: Questions[At] extends Question<infer Answer> ? Answer : never;
};

/** They are asked, and answered, in their order. Throws what the first of them throws. */
export async function ask<Questions extends readonly Question<unknown>[]>(
  transaction: Transaction,
  ...questions: Questions
): Promise<Answers<Questions>> {
  const rows = await transaction.ask(questions.flatMap(({ texts }) => texts));
  let from = 0;
  const answers = questions.map(({ texts, answer }) => {
    const own = rows.slice(from, from + texts.length);
    from += texts.length;
    return answer(...own);
  });
  return answers as Answers<Questions>;
}

/**
 * A literal. A backslash escapes on Redshift, and does not on PostgreSQL, so there is none in it. Values in such a message are not bound:
 * https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-MULTI-STATEMENT
 */
export function literal(value: string): string {
  const parts = value.split('\\').map((part) => `'${part.replaceAll("'", "''")}'`);
  return parts.length === 1 ? String(parts[0]) : `(${parts.join(' || chr(92) || ')})`;
}
