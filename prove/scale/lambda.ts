/** Environments of a function, as Lambda has them: each takes one event at a time, and there are so many at most. */

export function environments<E>(most: number, start: () => E) {
  const idle: E[] = [];
  const waiting: ((one: E) => void)[] = [];
  let started = 0;

  const free = (): E | undefined => {
    if (idle.length > 0) return idle.pop();
    if (started >= most) return undefined;
    started += 1;
    return start();
  };

  /** Who finds none free waits for one. */
  return async <T>(work: (one: E) => Promise<T>): Promise<T> => {
    const one = free() ?? (await new Promise<E>((resolve) => waiting.push(resolve)));
    try {
      return await work(one);
    } finally {
      const next = waiting.shift();
      if (next === undefined) idle.push(one);
      else next(one);
    }
  };
}
