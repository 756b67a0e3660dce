/** The crash matrix: the process of a packaged function is killed at every call that it makes, on real servers and doubles. */
import fc from 'fast-check';
import type { Asked, Row, Section, Told } from '../section.ts';
import { type Kill, moments, type Played, play, type Way, ways } from './case.ts';
import { type Ground, isDatabase, openGround, type Place } from './places.ts';
import { type CrashRow, crashRows, isKnown } from './rows.ts';
import { properties } from './watch.ts';

/** Each waits for a server most of the time; of keys, until one is no longer young. */
const AT_ONCE = { database: 4, key: 12 };
/** Of a row, where there is little time. */
const FEW = 4;

interface Case extends Kill {
  readonly way: Way;
}

export const crash: Section = {
  name: 'crash',
  properties,

  async run(asked) {
    const rows = (await crashRows(asked.progress)).filter(
      ({ id, isQuick }) => id.includes(asked.only) && (isQuick || !asked.quick),
    );
    const done: Row[] = [];
    for (const [system, all = []] of Object.entries(Object.groupBy(rows, (row) => row.system))) {
      const ground = await openGround(system, asked.signal, asked.progress);
      try {
        for (const row of all) done.push(await playRow(ground, row, asked));
      } finally {
        await ground.close();
      }
    }
    return done;
  },

  async replay(id, history) {
    const row = (await crashRows(() => {})).find((each) => each.id === id);
    const [call = 1, moment = 0, way = 0] = history;
    if (row === undefined) return undefined;
    const ground = await openGround(row.system, new AbortController().signal, () => {});
    try {
      const one = { call, moment: moments[moment] ?? 'before', way: ways[way] ?? firstWay };
      const played = await play(await planted(ground, row), one, one.way);
      return toldOf(row, one, played) ?? 'nothing is broken';
    } finally {
      await ground.close();
    }
  },
};

const [firstWay] = ways as [Way];

async function playRow(ground: Ground, row: CrashRow, asked: Asked): Promise<Row> {
  const start = performance.now();
  const { quick, signal, progress } = asked;
  const calls = await callsOf(ground, row);
  const place = await planted(ground, row);
  const cases = casesOf(calls.length, place, asked, row);
  const left = [...cases];
  const broken: Told[] = [];
  let [done, died, looks] = [0, 0, 0];

  async function work(first?: Place): Promise<void> {
    let here = first;
    for (let next = left.shift(); next !== undefined; next = left.shift()) {
      signal.throwIfAborted();
      here ??= await planted(ground, row);
      const played = await play(here, next, next.way);
      const told = toldOf(row, next, played);
      if (told !== undefined) broken.push(told);
      // What is broken would tell of itself again.
      if (told !== undefined || row.isFirst) here = undefined;
      looks += played.looks;
      died += played.died ? 1 : 0;
      done += 1;
      if (done % 20 === 0) progress(`${row.id}: ${done} of ${cases.length} cases`);
    }
  }
  const atOnce = Array.from({ length: quick ? 2 : AT_ONCE[isDatabase(row.system) ? 'database' : 'key'] }, (_, index) =>
    work(index === 0 ? place : undefined),
  );
  await Promise.all(atOnce);
  const known = broken.filter((each) => isKnown(row, ways[each.history[2] ?? -1], each.property));
  return {
    section: crash.name,
    id: row.id,
    store: row.store,
    faults: `${ground.title}: ${died} deaths at ${calls.length} calls`,
    depth: calls.length,
    states: looks,
    runs: done,
    isWhole: true,
    ms: performance.now() - start,
    broken: broken.filter((each) => !known.includes(each)),
    known,
  };
}

/** A place in which a rotation may begin: the very first one, or one that follows others. */
async function planted(ground: Ground, row: CrashRow): Promise<Place> {
  const place = await ground.plant(row);
  if (!row.isFirst) {
    // Two, because users that take turns are not alike.
    for (let turn = 0; turn < 2; turn++) await wholeRotation(place);
    await place.remember();
  }
  return place;
}

async function wholeRotation(place: Place): Promise<void> {
  const { broken } = await play(place, undefined, firstWay);
  if (broken !== undefined) throw new Error(broken.seen);
}

/** What a rotation sends, by name. Of users that take turns, the one that sends more. */
async function callsOf(ground: Ground, row: CrashRow): Promise<readonly string[]> {
  const place = await planted(ground, row);
  let most: readonly string[] = [];
  for (let turn = 0; turn < (row.isFirst ? 1 : 2); turn++) {
    await wholeRotation(place);
    const calls = await place.calls();
    if (calls.length > most.length) most = calls;
  }
  return most;
}

/**
 * Every call at every moment. The ways on are dealt out from the seed, so that six seeds in a row play all of them; a row that is asked for by
 * its whole name has them all at once.
 */
function casesOf(calls: number, place: Place, { quick, seed, only }: Asked, { id }: CrashRow): readonly Case[] {
  const possible = ways.filter((way) => way.isFor?.(place) ?? true);
  const deaths = Array.from({ length: calls }, (_, index) =>
    moments.map((moment, at) => ({ call: index + 1, moment, turn: index + 2 * at + seed })),
  ).flat();
  if (only === id) return deaths.flatMap((death) => possible.map((way) => ({ ...death, way })));
  const dealt = deaths.map((death) => ({ ...death, way: possible[death.turn % possible.length] ?? firstWay }));
  const few = fc.shuffledSubarray(dealt, { minLength: FEW, maxLength: FEW });
  return quick ? fc.sample(few, { seed, numRuns: 1 }).flat() : dealt;
}

function toldOf({ id }: CrashRow, { call, moment, way }: Case, { broken, words }: Played): Told | undefined {
  if (broken === undefined) return undefined;
  const history = [call, moments.indexOf(moment), ways.indexOf(way)];
  return { ...broken, history, after: 0, words, replay: `${id}:${history.join('.')}` };
}
