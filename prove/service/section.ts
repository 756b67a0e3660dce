/** The service, exhaustively: the heart, the strategies and the store over a system in memory, where no time passes. */
import type { Explored, Found } from '../explore.ts';
import { explore } from '../explore.ts';
import type { Asked, Row, Section, Told } from '../section.ts';
import type { Event } from './history.ts';
import { properties } from './properties.ts';
import { playRandomly } from './random.ts';
import type { Explorable } from './scenarios.ts';
import { everyScenario, few, randomly, scenarios } from './scenarios.ts';
import { serviceRun } from './service-run.ts';

const STORE = 'Secrets Manager';
/** More than the largest has; a machine's memory ends somewhere. */
const MOST_STATES = 300_000;
const ROTATIONS = { quick: 1_000, whole: 100_000 };

export const service: Section = {
  name: 'service',
  properties,

  async run(asked) {
    const rows: Row[] = [];
    const isAsked = ({ id }: Explorable) => id.includes(asked.only);
    for (const scenario of (asked.quick ? few : scenarios).filter(isAsked)) rows.push(await explored(scenario, asked));
    const rotations = ROTATIONS[asked.quick ? 'quick' : 'whole'] / randomly.length;
    for (const scenario of randomly.filter(isAsked)) rows.push(await played(scenario, rotations, asked));
    return rows;
  },

  async replay(id, history) {
    const scenario = everyScenario.find((each) => each.id === id);
    if (scenario === undefined) return undefined;
    const run = serviceRun(scenario);
    const taken: number[] = [];
    for (const choice of history) {
      if (run.broken() !== undefined || run.choices().length === 0) break;
      await run.take(choice);
      taken.push(choice);
    }
    const broken = run.broken();
    if (broken === undefined) return 'nothing is broken';
    return toldOf({ ...broken, history: taken, after: 0 }, scenario, run.told);
  },
};

async function explored(scenario: Explorable, { signal, progress }: Asked): Promise<Row> {
  const start = performance.now();
  const show = (states: number) => {
    if (states % 5000 === 0) progress(`${scenario.id}: ${states} states`);
  };
  const result = await explore(() => serviceRun(scenario), { states: MOST_STATES, signal, progress: show });
  return rowOf(scenario, result, performance.now() - start);
}

async function played(scenario: Explorable, rotations: number, { seed, signal, progress }: Asked): Promise<Row> {
  const start = performance.now();
  const show = (done: number) => progress(`${scenario.id}: ${done} rotations`);
  const result = await playRandomly({ scenario, rotations, seed, signal, progress: show });
  const row = await rowOf(scenario, result, performance.now() - start);
  return { ...row, rotations: result.rotations };
}

async function rowOf(scenario: Explorable, { broken, ...counted }: Explored, ms: number): Promise<Row> {
  const told = await Promise.all(broken.map((found) => again(found, scenario)));
  const isKnown = ({ property }: Found) => scenario.known?.some((known) => known === property) ?? false;
  return {
    ...counted,
    section: service.name,
    id: scenario.id,
    store: STORE,
    faults: scenario.faults,
    ms,
    broken: told.filter((each) => !isKnown(each)),
    known: told.filter(isKnown),
  };
}

async function again(found: Found, scenario: Explorable): Promise<Told> {
  const run = serviceRun(scenario);
  for (const choice of found.history) await run.take(choice);
  return toldOf(found, scenario, run.told);
}

function toldOf(found: Found, { id }: Explorable, events: readonly Event[]): Told {
  const words: string[] = [];
  let last: string | undefined;
  for (const { who, what } of events) {
    if (who === last) words.push(`${words.pop()}, ${what}`);
    else words.push(`${who}: ${what}`);
    last = who;
  }
  return { ...found, replay: `${id}:${found.history.join('.')}`, words };
}
