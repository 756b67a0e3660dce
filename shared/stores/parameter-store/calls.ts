/** The calls to Parameter Store that a rotation makes, with typed errors, and reads that never go back in time. */
import type { ParameterHistory, PutParameterCommandInput, SSMClient, Tag } from '@aws-sdk/client-ssm';
import {
  GetParameterCommand,
  LabelParameterVersionCommand,
  ListTagsForResourceCommand,
  PutParameterCommand,
  paginateGetParameterHistory,
} from '@aws-sdk/client-ssm';
import { nameOf } from '../../aws/service-error.ts';
import { ServiceError } from '../../rotation/errors.ts';
import { patiently, pause } from '../../rotation/pause.ts';
import { parameterError } from './errors.ts';

export interface LatestValue {
  readonly version: number;
  readonly value: string;
}

export interface ParameterCalls {
  /** All versions, oldest first, without their values: nothing is decrypted. Empty: no such parameter. */
  history(name: string): Promise<readonly ParameterHistory[]>;
  latest(name: string): Promise<LatestValue>;
  /** As an answer with a value told it. */
  arn(name: string): Promise<string>;
  /** The value of one version. It never changes, so it is fetched once. */
  value(name: string, version: number): Promise<string | undefined>;
  /** Gives the number of the new version. Undefined: without Overwrite, and the parameter is there. */
  put(input: PutParameterCommandInput): Promise<number | undefined>;
  label(name: string, version: number, ...labels: string[]): Promise<void>;
  tags(name: string): Promise<readonly Tag[]>;
}

/** A read that may be older than what was seen before is repeated so often. Milliseconds. */
const CATCH_UP = [50, 100, 200, 400, 800];
const OTHER_UPDATE = [50, 150, 450];

export function parameterCalls(client: SSMClient, signal: AbortSignal): ParameterCalls {
  const abort = { abortSignal: signal };
  const wait = pause(signal);
  const newest = new Map<string, number>();
  const values = new Map<string, string>();
  const arns = new Map<string, string>();

  const saw = (name: string, version: number) => newest.set(name, Math.max(version, newest.get(name) ?? 0));
  const isFresh = (name: string, version: number) => version >= (newest.get(name) ?? 0);

  async function versionsOf(name: string): Promise<ParameterHistory[]> {
    const found: ParameterHistory[] = [];
    try {
      for await (const page of paginateGetParameterHistory({ client }, { Name: name, MaxResults: 50 }, abort)) {
        found.push(...(page.Parameters ?? []));
      }
    } catch (error) {
      if (nameOf(error) === 'ParameterNotFound') return [];
      throw parameterError(error, 'GetParameterHistory', name);
    }
    return found.sort((a, b) => (a.Version ?? 0) - (b.Version ?? 0));
  }

  async function read(name: string, version?: number): Promise<LatestValue | undefined> {
    const Name = version === undefined ? name : `${name}:${version}`;
    try {
      const { Parameter } = await client.send(new GetParameterCommand({ Name, WithDecryption: true }), abort);
      const found = { version: Parameter?.Version ?? 0, value: Parameter?.Value ?? '' };
      arns.set(name, Parameter?.ARN ?? name);
      values.set(`${name}:${found.version}`, found.value);
      return found;
    } catch (error) {
      if (nameOf(error) === 'ParameterVersionNotFound') return undefined;
      throw parameterError(error, 'GetParameter', name);
    }
  }

  return {
    async history(name) {
      const look = () => versionsOf(name);
      const found = await patiently(look, (all) => isFresh(name, all.at(-1)?.Version ?? 0), CATCH_UP, wait);
      saw(name, found.at(-1)?.Version ?? 0);
      return found;
    },

    async latest(name) {
      const found = await patiently(
        () => read(name),
        (seen) => isFresh(name, seen?.version ?? 0),
        CATCH_UP,
        wait,
      );
      if (found === undefined) throw parameterError({ name: 'ParameterNotFound' }, 'GetParameter', name);
      saw(name, found.version);
      return found;
    },

    async arn(name) {
      if (!arns.has(name)) await read(name);
      return arns.get(name) ?? name;
    },

    async value(name, version) {
      return values.get(`${name}:${version}`) ?? (await read(name, version))?.value;
    },

    async put(input) {
      const name = input.Name ?? '';
      const write = async (): Promise<number | 'again' | undefined> => {
        try {
          const { Version = 0 } = await client.send(new PutParameterCommand(input), abort);
          return Version;
        } catch (error) {
          if (nameOf(error) === 'TooManyUpdates') return 'again';
          if (nameOf(error) === 'ParameterAlreadyExists') return undefined;
          throw parameterError(error, 'PutParameter', name);
        }
      };
      const written = await patiently(write, (outcome) => outcome !== 'again', OTHER_UPDATE, wait);
      if (written === 'again') throw parameterError({ name: 'TooManyUpdates' }, 'PutParameter', name);
      if (written === undefined) return undefined;
      saw(name, written);
      values.set(`${name}:${written}`, input.Value ?? '');
      return written;
    },

    async label(name, version, ...labels) {
      const command = new LabelParameterVersionCommand({ Name: name, ParameterVersion: version, Labels: labels });
      try {
        const { InvalidLabels = [] } = await client.send(command, abort);
        // The service hands back what it does not take, and calls that a success.
        if (InvalidLabels.length === 0) return;
        throw new ServiceError(`Parameter Store did not take the labels ${InvalidLabels.join(', ')} of ${name}`, {
          code: 'UNEXPECTED_ANSWER',
          hint: 'look at the labels with get-parameter-history',
        });
      } catch (error) {
        throw parameterError(error, 'LabelParameterVersion', name);
      }
    },

    async tags(name) {
      const command = new ListTagsForResourceCommand({ ResourceType: 'Parameter', ResourceId: name });
      try {
        return (await client.send(command, abort)).TagList ?? [];
      } catch (error) {
        throw parameterError(error, 'ListTagsForResource', name);
      }
    },
  };
}
