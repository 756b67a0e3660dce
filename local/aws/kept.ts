export type Kept<T> = ReturnType<typeof kept<T>>;

/** A list that forgets its oldest entries beyond so many. */
export function kept<T>(most: number) {
  const list: T[] = [];
  return {
    list: list as readonly T[],
    add: (item: T): void => {
      list.push(item);
      if (list.length > most) list.shift();
    },
    clear: () => {
      list.length = 0;
    },
  };
}
