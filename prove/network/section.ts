/** The network between a packaged function and a real server, with everything that happens on it. */
import { loadEngine } from '../../demo/engine.ts';
import { provenEngines } from '../crash/pictures.ts';
import { type Ground, openGround, type Place } from '../crash/places.ts';
import { Refuted, watch } from '../crash/watch.ts';
import type { Asked, Row, Section, Told } from '../section.ts';
import { type Fault, faults, type Scene } from './faults.ts';
import { judge, properties, SECONDS } from './judge.ts';
import { startProxy, type Way } from './proxy.ts';

/** Moments in a rotation at which a fault begins: at its first piece, and after these parts of all. */
const PARTS = [0, 0.15, 0.3, 0.45, 0.6, 0.75, 0.9];
const AT_ONCE = 7;
const quick = ['network/postgres/reset', 'network/postgres/no slot is left'];

interface Suffered {
  readonly code?: string;
  readonly seconds: number;
  readonly looks: number;
  readonly words: readonly string[];
  readonly broken?: { readonly property: string; readonly seen: string };
}

export const network: Section = {
  name: 'network',
  properties,

  async run(asked) {
    const rows: Row[] = [];
    for (const engine of provenEngines) {
      const here = faults.filter(
        (fault) =>
          (fault.engines?.includes(engine) ?? true) &&
          idOf(engine, fault).includes(asked.only) &&
          (!asked.quick || quick.includes(idOf(engine, fault))),
      );
      if (here.length === 0) continue;
      const missing = (await loadEngine(engine)).missing?.();
      if (missing !== undefined) {
        asked.progress(`${missing} is not installed, and left out: npm run servers`);
        continue;
      }
      const ground = await openGround(engine, asked.signal, asked.progress);
      try {
        for (const fault of here) rows.push(await rowOf(ground, engine, fault, asked));
      } finally {
        await ground.close();
      }
    }
    return rows;
  },

  async replay(id, [part = 0]) {
    const [engine, fault] =
      provenEngines
        .flatMap((each) => faults.map((one) => [each, one] as const))
        .find(([each, one]) => idOf(each, one) === id) ?? [];
    if (engine === undefined || fault === undefined) return undefined;
    const ground = await openGround(engine, new AbortController().signal, () => {});
    try {
      const { broken, words } = await suffer(ground, engine, fault, PARTS[part] ?? 0);
      return broken ? toldOf(engine, fault, part, { broken, words }) : 'nothing is broken';
    } finally {
      await ground.close();
    }
  },
};

const idOf = (engine: string, { name }: Fault) => `network/${engine}/${name}`;

async function rowOf(
  ground: Ground,
  engine: string,
  fault: Fault,
  { quick: isQuick, signal, progress }: Asked,
): Promise<Row> {
  const start = performance.now();
  progress(idOf(engine, fault));
  const parts = fault.isFromTheStart ? PARTS.slice(0, 1) : isQuick ? [PARTS[1] ?? 0, PARTS[4] ?? 0] : PARTS;
  const left = [...parts.entries()];
  const all: { part: number; suffered: Suffered }[] = [];
  const work = async () => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) {
      signal.throwIfAborted();
      const [index, part] = next;
      all.push({ part: isQuick ? PARTS.indexOf(part) : index, suffered: await suffer(ground, engine, fault, part) });
    }
  };
  await Promise.all(Array.from({ length: fault.isAlone ? 1 : Math.min(AT_ONCE, parts.length) }, work));
  const told = [...new Set(all.flatMap(({ suffered: { code } }) => code ?? []))].sort();
  const failed = all.filter(({ suffered }) => suffered.code !== undefined).length;
  const longest = Math.max(...all.map(({ suffered }) => suffered.seconds));
  const { seconds = SECONDS } = fault;
  return {
    section: network.name,
    id: idOf(engine, fault),
    store: 'Secrets Manager',
    faults: `${told.join(', ') || 'nothing failed'}; ${failed} of ${all.length}; ${longest.toFixed(1)} of ${seconds} s`,
    depth: 0,
    states: all.reduce((sum, { suffered }) => sum + suffered.looks, 0),
    runs: all.length,
    isWhole: true,
    ms: performance.now() - start,
    broken: all.flatMap(({ part, suffered: { broken, words } }) =>
      broken ? [toldOf(engine, fault, part, { broken, words })] : [],
    ),
    known: [],
  };
}

/** A rotation that meets the fault, which ends with the step that fails; then a repeat, and another rotation. */
async function suffer(shared: Ground, engine: string, fault: Fault, part: number): Promise<Suffered> {
  const own = await fault.ground?.();
  try {
    return await sufferedOn(own ?? shared, engine, fault, part);
  } finally {
    await own?.close();
  }
}

async function sufferedOn(ground: Ground, engine: string, fault: Fault, part: number): Promise<Suffered> {
  const { administrator, port } = ground;
  if (administrator === undefined || port === undefined) throw new Error(`${engine} is no server`);
  const proxy = await startProxy(port);
  const { seconds = SECONDS } = fault;
  const course = { system: engine, strategy: 'single-user', store: 'Secrets Manager', isFirst: false } as const;
  const place = await ground.plant({ ...course, reached: { port: proxy.port, seconds } });
  try {
    const pieces = await piecesOf(place, proxy);
    const username = await usernameOf(place);
    await place.remember();
    return await sufferedBy(place, fault, { proxy, administrator, username, after: Math.floor(pieces * part) });
  } finally {
    await proxy.close();
  }
}

async function sufferedBy(place: Place, fault: Fault, scene: Scene): Promise<Suffered> {
  let last: Awaited<ReturnType<Place['survivor']>> | undefined;
  let ms = 0;
  let code: string | undefined;
  const noted: Place = {
    ...place,
    async survivor(event) {
      const start = performance.now();
      last = await place.survivor(event);
      ms = Math.max(ms, performance.now() - start);
      return last;
    },
  };
  const { token, delivered, converge, end, words, looks } = await watch(noted);
  const done = (broken?: Suffered['broken']): Suffered => ({
    seconds: longest / 1000,
    looks: looks(),
    words,
    ...(code !== undefined && { code }),
    ...(broken && { broken }),
  });
  let longest = 0;
  let isOver = false;
  const over = async () => {
    if (isOver) return;
    isOver = true;
    await fault.end(scene);
  };
  const relieve = async () => {
    longest = Math.max(longest, ms);
    if (last?.ok === false) await over();
  };
  try {
    await fault.begin(scene);
    for (const sent of place.kept.events(token)) if (!(await delivered(sent, relieve))) break;
    await over();
    if (last?.ok === false) {
      const body = place.told().at(-1);
      code = String((body?.error as { readonly code?: string } | undefined)?.code ?? last.error.errorType);
      judge(last.error, body, code, fault);
    }
    await converge(place.kept.events(token), 'the repeat');
    await end();
    return done();
  } catch (error) {
    if (error instanceof Refuted) return done(error.broken);
    throw error;
  } finally {
    // Also where it was interrupted: a server that stands still would stand for ever.
    await over();
  }
}

/** What a whole rotation sends to the server, in pieces. The second, because the first starts the process. */
async function piecesOf(place: Place, proxy: Way): Promise<number> {
  for (let turn = 0; turn < 2; turn++) {
    proxy.taken();
    const { token, converge } = await watch(place);
    await converge(place.kept.events(token), 'a rotation to which nothing happens');
  }
  return proxy.taken();
}

async function usernameOf({ kept }: Place): Promise<string> {
  const { username } = JSON.parse(String(await kept.store.valueOf(await currentOf(kept))));
  return username;
}

async function currentOf({ store }: Place['kept']): Promise<string> {
  const [version = ''] = Object.entries(await store.labels()).find(([, labels]) => labels.includes('AWSCURRENT')) ?? [];
  return version;
}

function toldOf(
  engine: string,
  fault: Fault,
  part: number,
  {
    broken,
    words,
  }: { readonly broken: { readonly property: string; readonly seen: string }; readonly words: readonly string[] },
): Told {
  const started = `${fault.name}, after ${(PARTS[part] ?? 0) * 100} % of what a rotation sends`;
  return {
    ...broken,
    history: [part],
    after: 0,
    words: [started, ...words],
    replay: `"${idOf(engine, fault)}:${part}"`,
  };
}
