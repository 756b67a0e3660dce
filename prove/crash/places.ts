/** What is rotated in a row of the matrix: a user of a real server, or a key of a provider's double, and its secret or parameter. */
import { setTimeout as sleep } from 'node:timers/promises';
import { openDatabaseStage } from '../../demo/database-stage.ts';
import { bundleOf, exportOf, type Login } from '../../demo/engine.ts';
import { loadAct } from '../../demo/provider/act.ts';
import { openStage, type Stage } from '../../demo/stage.ts';
import { type StrategyName, strategies } from '../../demo/strategies.ts';
import { type Administrator, administratorOf, provenEngines } from './pictures.ts';
import { type Kept, parameterOf, secretOf } from './stores.ts';

export interface Course {
  /** `postgres`, or a provider. */
  readonly system: string;
  /** Absent: a key of a provider. */
  readonly strategy?: StrategyName;
  readonly store: 'Secrets Manager' | 'Parameter Store';
  /** Killed in the very first rotation; else in one that follows others. */
  readonly isFirst: boolean;
  /** How the functions reach the server; else straight, with the time that they usually have. */
  readonly reached?: {
    readonly port: number;
    readonly seconds: number;
    readonly env?: Readonly<Record<string, string>>;
  };
}

type Value = Record<string, unknown>;
type InvokeOutcome = Awaited<ReturnType<Stage['sandbox']['functions']['invoke']>>;

export interface Place {
  readonly kept: Kept;
  /** Is every value that AWSCURRENT ever held to open until another one is current? */
  readonly hasOutage: boolean;
  /** How long a delivery that says nothing any more counts as alive. */
  readonly deadAfterMs: number;
  opens(value: Value): Promise<boolean>;
  /** An administrator makes this value open the system again; absent where nobody can. */
  restore?(value: Value): Promise<void>;
  /** From now on, what is left over is told against this moment. */
  remember(): Promise<void>;
  /** What should not be there when all is over. `values`: what AWSCURRENT and AWSPREVIOUS hold. */
  leftOver(values: readonly Value[]): Promise<string | undefined>;
  /** The next process of the doomed function dies at this call (see kill.mjs). Absent: it lives. */
  doom(kill?: string): void;
  doomed(event: Record<string, unknown>): Promise<InvokeOutcome>;
  survivor(event: Record<string, unknown>): Promise<InvokeOutcome>;
  /** Of the function that lives. */
  readonly survivorName: string;
  readonly arn: string;
  /** What the doomed process has sent so far, by name. */
  calls(): Promise<readonly string[]>;
  /** Bodies of the messages about it, oldest first. */
  told(): readonly Readonly<Record<string, unknown>>[];
}

export interface Ground {
  readonly stage: Stage;
  /** What runs here, for people. */
  readonly title: string;
  plant(course: Course): Promise<Place>;
  /** Of a server. */
  readonly administrator?: Administrator;
  readonly port?: number;
  close(): Promise<void>;
}

const preload = new URL('kill.mjs', import.meta.url).href;
const DATABASE_LIMIT_S = 20;
/** Short, because a younger key might still be stored by whoever made it, and somebody waits for that. */
const KEY_LIMIT_S = 6;
/** docs/parameter-store.md: an invocation that gives no sign of life for as long as it may run, and 5 s more, is dead. */
const MORE_S = 5;

export async function openGround(
  system: string,
  signal: AbortSignal,
  progress: (line: string) => void,
): Promise<Ground> {
  return isDatabase(system) ? databaseGround(system, signal, progress) : keyGround(system);
}

export const isDatabase = (system: string): boolean => provenEngines.includes(system);

async function databaseGround(engine: string, signal: AbortSignal, progress: (line: string) => void): Promise<Ground> {
  const stage = await openDatabaseStage({ engine, signal, progress }, 0);
  const administrator = await administratorOf(engine, stage.database).catch(async (error: unknown) => {
    await stage.close();
    throw error;
  });
  stage.whenClosed(administrator.close);
  let planted = 0;
  return {
    stage,
    title: stage.database.title,
    administrator,
    port: stage.database.superuser.port,
    async plant({ strategy = 'single-user', store, reached }) {
      planted += 1;
      const username = `app${planted}`;
      const { port, ...user } = await stage.newUser(strategy, username);
      const initial = { ...user, port: reached?.port ?? port };
      await administrator.adorn(username);
      const kept = await (store === 'Secrets Manager' ? secretOf : parameterOf)(stage, initial);
      let before: readonly string[] | undefined;
      const settled = async () => {
        // A server notices that a client is gone when it looks.
        let last = await administrator.picture(username);
        for (let tries = 0; last.some(isHeld) && tries < 40; tries++) {
          await sleep(50);
          last = await administrator.picture(username);
        }
        return last;
      };
      return {
        kept,
        hasOutage: strategies[strategy].hasOutage,
        deadAfterMs: store === 'Secrets Manager' ? 0 : (DATABASE_LIMIT_S + MORE_S) * 1000,
        opens: async (value) => (await stage.engine.login({ ...value, port } as Login, stage.database.ca)) === 'opened',
        restore: ({ username: user, password }) => administrator.setPassword(String(user), String(password)),
        async remember() {
          before = await settled();
        },
        async leftOver() {
          const after = await settled();
          return (
            (before && differenceOf(before, after)) ??
            (strategy === 'alternating-users' ? unequal(username, after) : undefined)
          );
        },
        ...functionsOf(stage, kept, {
          name: username,
          bundle: bundleOf(engine),
          exported: exportOf(strategy),
          seconds: reached?.seconds ?? DATABASE_LIMIT_S,
          env: { ...stage.database.environment, ...reached?.env },
        }),
      };
    },
    close: stage.close,
  };
}

function keyGround(provider: string): Promise<Ground> {
  return openStage(async (stage) => {
    const act = await loadAct(provider);
    const handler = act.handler ?? provider;
    const isBrief = !('issue' in act.provider) && act.provider.outage === 'brief';
    let planted = 0;
    return {
      stage,
      title: `a double of ${act.provider.name}`,
      async plant({ store }) {
        planted += 1;
        const name = `${handler}-${planted}`;
        const double = await act.start();
        stage.whenClosed(double.close);
        const masterarn = double.admin && (await stage.store(`${name}-admin`, double.admin));
        const kept = await (store === 'Secrets Manager' ? secretOf : parameterOf)(stage, {
          ...double.first,
          ...(masterarn && { masterarn }),
        });
        return {
          kept,
          hasOutage: isBrief,
          deadAfterMs: (KEY_LIMIT_S + (store === 'Secrets Manager' ? 0 : MORE_S)) * 1000,
          opens: async (value) => double.opens(value),
          remember: async () => {},
          async leftOver(values) {
            const known = JSON.stringify(values);
            const lost = double.live().filter((key) => !known.includes(key)).length;
            return lost === 0
              ? undefined
              : `${lost} of ${double.live().length} keys that live are in no labelled version`;
          },
          ...functionsOf(stage, kept, {
            name,
            bundle: bundleOf(provider),
            exported: handler,
            seconds: KEY_LIMIT_S,
            env: { PROVIDER_ENDPOINT: double.url },
          }),
        };
      },
      close: stage.close,
    };
  });
}

interface Packaged {
  readonly name: string;
  readonly bundle: string;
  readonly exported: string;
  readonly seconds: number;
  readonly env: Readonly<Record<string, string>>;
}

export function functionsOf({ sandbox, register }: Stage, { id }: Kept, packaged: Packaged) {
  const { name, bundle, exported, seconds, env } = packaged;
  const definition = { export: exported, timeoutSeconds: seconds, mode: 'warm' } as const;
  const doomedName = `doomed-${name}`;
  const { functionName: survivor, functionArn: arn } = register(`survivor-${name}`, bundle, { ...definition, env });
  return {
    survivorName: survivor,
    arn,
    doom(kill = '') {
      const killing = { NODE_OPTIONS: `--import ${preload}`, REKEY_KILL: kill };
      register(doomedName, bundle, { ...definition, env: { ...env, ...killing } });
    },
    doomed: (event: Record<string, unknown>) => sandbox.functions.invoke(doomedName, event),
    survivor: (event: Record<string, unknown>) => sandbox.functions.invoke(survivor, event),
    async calls() {
      // The last lines of a process come after its last answer.
      await sleep(100);
      return sandbox.functions.logs(doomedName).flatMap((line) => /^rekey-call \d+ (.*)/.exec(line)?.[1] ?? []);
    },
    told: () =>
      sandbox.sns.messages
        .map(({ message }) => JSON.parse(message))
        .filter(({ secret }) => [secret.arn, secret.name].includes(id)),
  };
}

const isHeld = (line: string) => /^(session|lock) /.test(line);

function differenceOf(before: readonly string[], after: readonly string[]): string | undefined {
  const gone = before.filter((line) => !after.includes(line)).map((line) => `gone: ${line}`);
  const more = after.filter((line) => !before.includes(line)).map((line) => `more: ${line}`);
  return gone.length + more.length === 0 ? undefined : [...gone, ...more].join('; ');
}

/** Of a pair each may do what the other may. */
function unequal(username: string, lines: readonly string[]): string | undefined {
  const clone = `${username}_clone`;
  const rights = lines.filter((line) => line.startsWith('may '));
  const own = rights.filter((line) => !line.includes(clone));
  const others = rights.filter((line) => line.includes(clone)).map((line) => line.replaceAll(clone, username));
  return others.length === 0 ? undefined : differenceOf(own, others);
}
