/** Explores what a system may do: every choice at every moment, by playing each history from its beginning. States are played on once. */
import { hash } from 'node:crypto';

/** Something that may go on in several ways at any moment, and always in the same way after the same choices. */
export interface Run {
  /** What may happen next, in words. The first is what happens when nothing unusual does. Empty: it is over. */
  choices(): readonly string[];
  take(choice: number): Promise<void>;
  /** Two runs with the same key go on alike. */
  key(): string;
  /** The property that does not hold in this state. */
  broken(): Broken | undefined;
}

export interface Broken {
  readonly property: string;
  /** What was seen, in words. */
  readonly seen: string;
}

export interface Found extends Broken {
  /** The choices that lead there. */
  readonly history: readonly number[];
  /** States that were seen before. */
  readonly after: number;
}

export interface Explored {
  readonly states: number;
  /** Choices of the longest history. */
  readonly depth: number;
  /** Histories that were played. */
  readonly runs: number;
  /** False: the most states that were asked for did not suffice. */
  readonly isWhole: boolean;
  /** The first of each property. */
  readonly broken: readonly Found[];
}

export interface Limits {
  readonly states: number;
  readonly signal: AbortSignal;
  readonly progress: (states: number) => void;
}

/**
 * All states that the choices lead to; no history goes on where a property is broken. Histories with few unusual choices come first, so what
 * is found is simple.
 */
export async function explore(start: () => Run | Promise<Run>, limits: Limits): Promise<Explored> {
  const visited = new Set<string>();
  const broken = new Map<string, Found>();
  const waiting: (readonly number[])[] = [[]];
  let [depth, runs] = [0, 0];
  const isFull = () => visited.size >= limits.states;
  for (let next = 0; next < waiting.length && !isFull(); next++) {
    const prefix = waiting[next] ?? [];
    waiting[next] = [];
    const run = await start();
    const history: number[] = [];
    for (const choice of prefix) await taken(run, choice, history);
    for (runs += 1; ; await taken(run, 0, history)) {
      const found = run.broken();
      depth = Math.max(depth, history.length);
      if (found !== undefined) {
        if (!broken.has(found.property)) broken.set(found.property, { ...found, history, after: visited.size });
        break;
      }
      const key = hash('sha1', run.key(), 'base64');
      if (visited.has(key)) break;
      visited.add(key);
      limits.progress(visited.size);
      const { length } = run.choices();
      for (let other = 1; other < length; other++) waiting.push([...history, other]);
      if (length === 0 || isFull()) break;
    }
    limits.signal.throwIfAborted();
  }
  return { states: visited.size, depth, runs, isWhole: !isFull(), broken: [...broken.values()] };
}

async function taken(run: Run, choice: number, history: number[]): Promise<void> {
  await run.take(choice);
  history.push(choice);
}
