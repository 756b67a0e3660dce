/** Words for people: each adds 10.3 bits (the list has 1295). */
import { randomInt } from 'node:crypto';
import type { Generator } from './generator.ts';
import { wordList } from './word-list.ts';

export function randomWords(count: number, separator: string): Generator {
  return {
    isSingle: true,
    make: async () => ({
      value: Array.from({ length: count }, () => wordList[randomInt(wordList.length)]).join(separator),
    }),
    faultOf({ value }) {
      const words = typeof value === 'string' ? value.split(separator) : [];
      const isWhole = words.length === count && words.every((word) => wordList.includes(word));
      return isWhole ? undefined : `is not ${count} words of the list`;
    },
  };
}
