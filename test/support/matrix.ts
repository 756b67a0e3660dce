/** What CI plays on every server, and `npm test` on some: it would take a quarter of an hour, and differs seldom. */

/** `REKEY_MATRIX=all`: every version of every server, and every rotation killed at every call on one of each engine. */
export const isWholeMatrix = process.env.REKEY_MATRIX === 'all';

export const LEFT_OUT = 'left to the whole matrix: REKEY_MATRIX=all npm test';
