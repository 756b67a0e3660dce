/** What Secrets Manager does to a rotation that goes well otherwise, on real servers: late reads, repeats, throttling, a cancelled rotation. */
import {
  CancelRotateSecretCommand,
  RotateSecretCommand,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import fc from 'fast-check';
import { loadEngine } from '../../demo/engine.ts';
import type { StrategyName } from '../../demo/strategies.ts';
import type { FaultRule } from '../../local/aws/faults.ts';
import type { Sandbox } from '../../local/sandbox.ts';
import { provenEngines } from '../crash/pictures.ts';
import { type Ground, openGround, type Place } from '../crash/places.ts';
import { Refuted, type Watched, watch, properties as watched } from '../crash/watch.ts';
import type { Asked, Row, Section, Told } from '../section.ts';

const quick = ['delivery/postgres/single-user'];
/** Of the ways of the service, where there is little time. */
const FEW = 3;

export const properties = {
  ...watched,
  refused: 'what the service no longer asks for, or not yet, is refused, and changes no label',
  checked: 'a configuration check passes, and changes nothing',
  throttled: 'a rotation passes whose every call is throttled twice before it is taken',
} as const;

interface Scene {
  readonly place: Place;
  readonly sandbox: Sandbox;
  readonly client: SecretsManagerClient;
  readonly watched: Watched;
}

interface Delivery {
  readonly name: string;
  play(scene: Scene): Promise<void>;
}

export const deliveries: readonly Delivery[] = [
  {
    name: 'two reads after every write are late',
    async play(scene) {
      scene.sandbox.faults.staleReads = 2;
      await eachDelivered(scene, 1);
      scene.sandbox.faults.clear();
    },
  },
  { name: 'each step twice, one after the other', play: (scene) => eachDelivered(scene, 2) },
  {
    name: 'each step twice, at once',
    async play({ place, watched: { token, delivered } }) {
      for (const sent of place.kept.events(token)) await Promise.all([delivered(sent), delivered(sent)]);
    },
  },
  {
    name: 'the last step first',
    async play({ place, watched: { token, delivered } }) {
      const before = JSON.stringify(await place.kept.store.labels());
      // createSecret comes last, and may pass.
      for (const sent of [...place.kept.events(token)].reverse().slice(0, -1)) {
        if (await delivered(sent)) throw new Refuted('refused', `${sent.step} passes before createSecret`);
      }
      if (JSON.stringify(await place.kept.store.labels()) !== before) throw new Refuted('refused', 'a label has moved');
    },
  },
  {
    name: 'three calls are throttled',
    async play(scene) {
      scene.sandbox.faults.add({
        service: 'secretsmanager',
        caller: scene.place.survivorName,
        action: 'throttle',
        times: 3,
      });
      await eachDelivered(scene, 1);
      scene.sandbox.faults.clear();
    },
  },
  {
    name: 'every call is throttled twice',
    async play({ sandbox, place, watched: { token, delivered } }) {
      for (const operation of operations) sandbox.faults.add(...twiceEach(operation, place.survivorName));
      for (const sent of place.kept.events(token)) {
        if (!(await delivered(sent))) throw new Refuted('throttled', `${sent.step} fails`);
      }
      sandbox.faults.clear();
    },
  },
  {
    name: 'every call is throttled from the third on',
    async play({ sandbox, place, watched: { token, delivered } }) {
      const relieve = async () => sandbox.faults.clear();
      sandbox.faults.add({
        service: 'secretsmanager',
        caller: place.survivorName,
        action: 'throttle',
        nth: 3,
        times: 1_000,
      });
      let isRefused = false;
      for (const sent of place.kept.events(token)) {
        isRefused = !(await delivered(sent, isRefused ? relieve : undefined));
        if (isRefused) break;
      }
      await relieve();
    },
  },
  ...[1, 2].map((steps) => ({
    name: `cancelled after ${steps === 1 ? 'createSecret' : 'setSecret'}`,
    async play({ client, place, watched: { token, delivered, another } }: Scene) {
      const events = place.kept.events(token);
      for (const sent of events.slice(0, steps)) await delivered(sent);
      await client.send(new CancelRotateSecretCommand({ SecretId: place.kept.id }));
      const before = JSON.stringify(await place.kept.store.labels());
      for (const sent of events.slice(steps)) {
        if (await delivered(sent)) throw new Refuted('refused', `${sent.step} of a rotation that was cancelled passes`);
      }
      if (JSON.stringify(await place.kept.store.labels()) !== before) throw new Refuted('refused', 'a label has moved');
      await place.kept.store.abandon();
      await another();
    },
  })),
  {
    name: 'RotateImmediately=false',
    async play({ sandbox, client, place, watched: { token, converge } }) {
      await converge(place.kept.events(token), 'the rotation');
      const before = JSON.stringify(await place.kept.store.labels());
      const { arn } = place;
      await client.send(
        new RotateSecretCommand({ SecretId: place.kept.id, RotationLambdaARN: arn, RotateImmediately: false }),
      );
      await sandbox.idle();
      const last = sandbox.secretsManager.history.findLast(({ secretId }) => secretId === place.kept.id);
      if (last?.event !== 'TestRotationSucceeded')
        throw new Refuted('checked', `${last?.event}: ${last?.error?.errorMessage}`);
      if (JSON.stringify(await place.kept.store.labels()) !== before) throw new Refuted('checked', 'a label has moved');
    },
  },
];

const operations = ['DescribeSecret', 'GetSecretValue', 'PutSecretValue', 'UpdateSecretVersionStage'];
/** More than a rotation makes of one kind. */
const MOST_CALLS = 12;

/** Of three tries of this call by this function, two are turned away. Two calls at once share them, and neither is turned away four times. */
function twiceEach(operation: string, caller: string): FaultRule[] {
  const service = 'secretsmanager';
  return Array.from({ length: MOST_CALLS }, (_, call) => {
    const nth = 3 * call + 1;
    return { service, operation, caller, nth, times: 2, action: 'throttle' };
  });
}

async function eachDelivered({ place, watched: { token, delivered } }: Scene, times: number): Promise<void> {
  for (const sent of place.kept.events(token)) for (let time = 0; time < times; time++) await delivered(sent);
}

export const delivery: Section = {
  name: 'delivery',
  properties,

  async run(asked) {
    const { quick: isQuick, only, signal, progress } = asked;
    const rows: Row[] = [];
    for (const engine of provenEngines) {
      const { strategies, missing } = await loadEngine(engine);
      const here = strategies.filter((strategy) => {
        const id = idOf(engine, strategy);
        return id.includes(only) && (!isQuick || quick.includes(id));
      });
      if (here.length === 0) continue;
      const what = missing?.();
      if (what !== undefined) {
        progress(`${what} is not installed, and left out: npm run servers`);
        continue;
      }
      const ground = await openGround(engine, signal, progress);
      try {
        for (const strategy of here) {
          progress(idOf(engine, strategy));
          rows.push(await rowOf(ground, engine, strategy, asked));
        }
      } finally {
        await ground.close();
      }
    }
    return rows;
  },

  async replay(id, [index = 0]) {
    const [, engine = '', name] = id.split('/');
    const one = deliveries[index];
    if (!id.startsWith('delivery/') || !provenEngines.includes(engine) || one === undefined) return undefined;
    const strategy = (await loadEngine(engine)).strategies.find((each) => each === name);
    if (strategy === undefined) return undefined;
    const ground = await openGround(engine, new AbortController().signal, () => {});
    try {
      return (await played(await planted(ground, engine, strategy), ground, one, id)).told ?? 'nothing is broken';
    } finally {
      await ground.close();
    }
  },
};

const idOf = (engine: string, strategy: StrategyName) => `delivery/${engine}/${strategy}`;

async function rowOf(
  ground: Ground,
  engine: string,
  strategy: StrategyName,
  { quick: isQuick, seed, signal }: Asked,
): Promise<Row> {
  const start = performance.now();
  const id = idOf(engine, strategy);
  let place: Place | undefined;
  let looks = 0;
  const broken: Told[] = [];
  const few = fc.shuffledSubarray([...deliveries], { minLength: FEW, maxLength: FEW });
  const all = isQuick ? fc.sample(few, { seed, numRuns: 1 }).flat() : deliveries;
  // One after the other: the sandbox has its faults for all.
  for (const one of all) {
    signal.throwIfAborted();
    place ??= await planted(ground, engine, strategy);
    const result = await played(place, ground, one, id);
    looks += result.looks;
    if (result.told === undefined) continue;
    broken.push(result.told);
    place = undefined;
  }
  return {
    section: delivery.name,
    id,
    store: 'Secrets Manager',
    faults: `${ground.title}: ${all.length} ways of the service`,
    depth: 0,
    states: looks,
    runs: all.length,
    isWhole: true,
    ms: performance.now() - start,
    broken,
    known: [],
  };
}

async function planted(ground: Ground, system: string, strategy: StrategyName): Promise<Place> {
  const place = await ground.plant({ system, strategy, store: 'Secrets Manager', isFirst: false });
  // Two, because users that take turns are not alike.
  for (let turn = 0; turn < 2; turn++) {
    const { token, converge } = await watch(place);
    await converge(place.kept.events(token), 'a rotation to which nothing happens');
  }
  await place.remember();
  return place;
}

async function played(
  place: Place,
  ground: Ground,
  one: Delivery,
  id: string,
): Promise<{ looks: number; told?: Told }> {
  const { sandbox, secretsManager: client } = ground.stage;
  const watching = await watch(place);
  try {
    await one.play({ place, sandbox, client, watched: watching });
    await watching.another();
    await watching.end();
    return { looks: watching.looks() };
  } catch (error) {
    if (!(error instanceof Refuted)) throw error;
    const index = deliveries.indexOf(one);
    const words = [one.name, ...watching.words];
    return {
      looks: watching.looks(),
      told: { ...error.broken, history: [index], after: 0, words, replay: `${id}:${index}` },
    };
  } finally {
    sandbox.faults.clear();
  }
}
