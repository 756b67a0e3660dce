/** Rotations through the packaged functions, on real servers; then everything that anybody could read is searched for pieces of what is secret. */
import { PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { type DatabaseStage, openDatabaseStage } from '../../demo/database-stage.ts';
import { engineNames, type Login, loadEngine } from '../../demo/engine.ts';
import { driveRotation } from '../../demo/rotate.ts';
import type { StrategyName } from '../../demo/strategies.ts';
import { leakFinder } from '../leak.ts';
import type { Asked, Row, Section, Told } from '../section.ts';
import { filesSince, processesBelow } from './surroundings.ts';

const properties = {
  silent:
    'no log of a function or a server, no message, answer, command line, environment or file shows anything of a secret',
} as const;

/** What anybody could read, by where it stands. */
type Places = Readonly<Record<string, string>>;

export const secrecy: Section = {
  name: 'secrecy',
  properties,

  async run(asked) {
    const rows: Row[] = [];
    for (const engine of asked.quick ? ['postgres'] : engineNames()) {
      const { strategies, missing } = await loadEngine(engine);
      const lacking = missing?.();
      const named = strategies.filter((strategy) => idOf(engine, strategy).includes(asked.only));
      if (lacking !== undefined) asked.progress(`secrecy/${engine} is left out: ${lacking} is not installed`);
      else
        for (const strategy of asked.quick ? named.slice(0, 1) : named) rows.push(await row(engine, strategy, asked));
    }
    return rows;
  },

  async replay(id) {
    for (const engine of engineNames()) {
      const { strategies } = await loadEngine(engine);
      const strategy = strategies.find((each) => idOf(engine, each) === id);
      if (strategy === undefined) continue;
      const { signal } = new AbortController();
      const [told] = (await row(engine, strategy, { quick: false, only: '', seed: 0, signal, progress: () => {} }))
        .broken;
      return told ?? 'nothing is broken';
    }
    return undefined;
  },
};

const idOf = (engine: string, strategy: StrategyName) => `secrecy/${engine}/${strategy}`;

async function row(engine: string, strategy: StrategyName, { signal, progress }: Asked): Promise<Row> {
  const start = performance.now();
  const began = Date.now();
  const id = idOf(engine, strategy);
  progress(`${id}: rotating`);
  const stage = await openDatabaseStage({ engine, signal, progress: () => {} }, 0);
  try {
    const secrets = await rotated(stage, strategy);
    progress(`${id}: searching`);
    const places = readable(stage, began);
    const broken = leaksIn(places, secrets).map((seen) => told(id, seen));
    const lines = Object.values(places).reduce((all, text) => all + text.split('\n').length, 0);
    return {
      section: secrecy.name,
      id,
      store: 'Secrets Manager',
      faults: `${secrets.length} secrets; lines of ${Object.keys(places).length} places searched`,
      depth: 1,
      states: lines,
      runs: ROTATIONS,
      isWhole: true,
      ms: performance.now() - start,
      broken,
      known: [],
    };
  } finally {
    await stage.close();
  }
}

const ROTATIONS = 4;

/** Two that go well, one whose AWSCURRENT nobody knows, so that it fails, and one after that. Gives every password that was stored. */
async function rotated(stage: DatabaseStage, strategy: StrategyName): Promise<readonly string[]> {
  const planted = await stage.plant(strategy, 'warm', 'app');
  const { secret, initial } = planted;
  const known = new Set([initial.password, stage.database.superuser.password]);
  const note = async () => {
    for (const label of ['AWSCURRENT', 'AWSPENDING', 'AWSPREVIOUS']) {
      const value = await stage.read<Partial<Login>>(secret, label).catch((): Partial<Login> => ({}));
      if (value.password !== undefined) known.add(value.password);
    }
  };
  const rotate = async () => {
    await driveRotation(stage, planted);
    await note();
  };
  await rotate();
  await rotate();
  const works = await stage.read<Login>(secret, 'AWSCURRENT');
  const wrong = { ...works, password: `Wrong-${works.password.split('').reverse().join('')}` };
  await put(stage, secret, wrong);
  await rotate();
  await put(stage, secret, works);
  await rotate();
  return [...known];
}

async function put({ secretsManager }: DatabaseStage, SecretId: string, value: Login): Promise<void> {
  await secretsManager.send(new PutSecretValueCommand({ SecretId, SecretString: JSON.stringify(value) }));
}

function readable({ sandbox, database }: DatabaseStage, began: number): Places {
  const { functions, sns, requests } = sandbox;
  // Secrets Manager is where values belong.
  const others = requests.filter(({ service }) => service !== 'secretsmanager');
  const lines = (all: readonly unknown[]) => all.map((one) => JSON.stringify(one)).join('\n');
  return {
    'log of the functions': functions
      .names()
      .map((name) => lines([functions.logs(name)].flat()))
      .join('\n'),
    'answers of the functions': functions
      .names()
      .map((name) => lines(functions.invocations(name)))
      .join('\n'),
    messages: lines(sns.messages),
    'history of rotations': lines(sandbox.secretsManager.history),
    'calls of other services': lines(others),
    'log of the server': database.log(),
    ...processesBelow(process.pid),
    ...filesSince(began),
  };
}

/** One for each place where something was found. */
export function leaksIn(places: Places, secrets: readonly string[]): readonly string[] {
  const find = leakFinder(secrets);
  return Object.entries(places).flatMap(([place, text]) => {
    const leak = find(text);
    if (leak === undefined) return [];
    const from = text.lastIndexOf('\n', leak.at) + 1;
    return [`${place}: ${leak.piece} in: ${text.slice(from, from + 300).split('\n')[0]}`];
  });
}

function told(id: string, seen: string): Told {
  return { property: 'silent', seen, history: [0], after: 0, replay: `${id}:0`, words: [] };
}
