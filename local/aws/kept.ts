/** A list that forgets its oldest entries beyond so many. */
export interface Kept<T> {
  readonly list: readonly T[];
  add(item: T): void;
  clear(): void;
}

export function kept<T>(most: number): Kept<T> {
  const list: T[] = [];
  return {
    list,
    add: (item) => {
      list.push(item);
      if (list.length > most) list.shift();
    },
    clear: () => {
      list.length = 0;
    },
  };
}
