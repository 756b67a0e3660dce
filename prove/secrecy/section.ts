/** Rotations through the packaged functions, on real servers; then everything that anybody could read is searched for pieces of what is secret. */
import { PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { type DatabaseStage, openDatabaseStage } from '../../demo/database-stage.ts';
import { engineNames, type Login, loadEngine } from '../../demo/engine.ts';
import { providerNames } from '../../demo/provider/act.ts';
import { driveRotation } from '../../demo/rotate.ts';
import type { StrategyName } from '../../demo/strategies.ts';
import type { Asked, Row, Section, Told } from '../section.ts';
import { rotatedKeys } from './keys.ts';
import { leaksIn, type Places, readable } from './readable.ts';

const properties = {
  silent:
    'no log of a function or a server, no message, answer, command line, environment or file shows anything of a secret',
} as const;

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
    const providers = asked.quick ? [] : providerNames().filter((name) => keyIdOf(name).includes(asked.only));
    for (const provider of providers) rows.push(await keyRow(provider, asked.progress));
    return rows;
  },

  async replay(id) {
    const provider = providerNames().find((name) => keyIdOf(name) === id);
    if (provider !== undefined) return (await keyRow(provider, () => {})).broken[0] ?? 'nothing is broken';
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
const keyIdOf = (provider: string) => `secrecy/keys/${provider}`;

async function row(engine: string, strategy: StrategyName, { signal, progress }: Asked): Promise<Row> {
  const began = Date.now();
  const id = idOf(engine, strategy);
  progress(`${id}: rotating`);
  const stage = await openDatabaseStage({ engine, signal, progress: () => {} }, 0);
  try {
    const { secrets, secret } = await rotated(stage, strategy);
    const places = { ...(await readable(stage, secret, began)), 'log of the server': stage.database.log() };
    return searched(id, places, secrets, began);
  } finally {
    await stage.close();
  }
}

async function keyRow(provider: string, progress: Asked['progress']): Promise<Row> {
  const began = Date.now();
  const id = keyIdOf(provider);
  progress(`${id}: rotating`);
  const { places, secrets } = await rotatedKeys(provider);
  return searched(id, places, secrets, began);
}

function searched(id: string, places: Places, secrets: readonly string[], began: number): Row {
  const broken = leaksIn(places, secrets).map((seen) => told(id, seen));
  return {
    section: secrecy.name,
    id,
    store: 'Secrets Manager',
    faults: `${secrets.length} secrets; lines of ${Object.keys(places).length} places searched`,
    depth: 1,
    states: Object.values(places).reduce((all, text) => all + text.split('\n').length, 0),
    runs: ROTATIONS,
    isWhole: true,
    ms: Date.now() - began,
    broken,
    known: [],
  };
}

const ROTATIONS = 4;

/** Two that go well, one whose AWSCURRENT nobody knows, so that it fails, and one after that. Gives every password that was stored. */
async function rotated(stage: DatabaseStage, strategy: StrategyName) {
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
  return { secret, secrets: [...known] };
}

async function put({ secretsManager }: DatabaseStage, SecretId: string, value: Login): Promise<void> {
  await secretsManager.send(new PutSecretValueCommand({ SecretId, SecretString: JSON.stringify(value) }));
}

function told(id: string, seen: string): Told {
  return { property: 'silent', seen, history: [0], after: 0, replay: `${id}:0`, words: [] };
}
