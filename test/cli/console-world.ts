import { afterAll, afterEach, beforeEach, expect } from 'vitest';
import { consoleCommand } from '../../cli/console.ts';
import type { View } from '../../page/source.ts';
import { askOf, insideOf } from '../page/ask.ts';
import { BROKEN, startWorld } from './world.ts';

export const MARKED = '{"generate":{"kind":"hex","bytes":16},"value":"never-to-be-shown-1"}';
export const BROKEN_AND_MARKED = BROKEN.replace(/}$/, ',"value":"never-to-be-shown-2"}');

/** What the page tells of BROKEN, or of a parameter like it. */
export const FAILURE = {
  at: expect.any(Number),
  outcome: 'failed',
  code: 'INVALID_SECRET',
  fact: expect.stringMatching(/./),
  hint: expect.stringMatching(/./),
  working: 'AWSCURRENT',
  next: 'rekey explain INVALID_SECRET',
};

/** An account for all tests of a file, each of which finds it empty, and the command that shows it. */
export async function consolesOfFile() {
  const consoles = await startConsoles();
  beforeEach(() => consoles.reset());
  afterEach(() => consoles.stop());
  afterAll(() => consoles.world.close());
  return consoles;
}

export async function startConsoles() {
  const world = await startWorld();
  let stop = new AbortController();
  let ended: Promise<unknown> | undefined;
  /** Of a parameter, where the name begins as its does. */
  const arnOf = async (name: string) =>
    name.startsWith('/')
      ? `arn:aws:ssm:us-east-1:123456789012:parameter${name}`
      : String((await world.call('DescribeSecret', { SecretId: name })).ARN);

  return {
    world,
    arnOf,
    /** What is stored there now. */
    storedIn: async (SecretId: string) => String((await world.call('GetSecretValue', { SecretId })).SecretString),
    /** How often somebody who is no function has called it. */
    asked: (wanted: string) =>
      world.sandbox.requests.filter(({ operation, caller }) => operation === wanted && !caller).length,
    /** The command as it runs, and what it has printed so far. */
    async start(...parameters: string[]) {
      const told = { stdout: '' };
      const stdout = {
        write: (text: string) => {
          told.stdout += text;
        },
      };
      ended = world.run(consoleCommand, parameters, { stdout, signal: stop.signal });
      await Promise.race([ended, expect.poll(() => told.stdout).toContain('?token=')]);
      return { told, url: new URL(/http:[^\s"]+/.exec(told.stdout)?.[0] ?? '') };
    },
    /** As Ctrl-C does. Gives how the command has ended. */
    async stop() {
      stop.abort();
      return ended;
    },
    async reset() {
      await world.sandbox.reset();
      stop = new AbortController();
      ended = undefined;
    },
    /** Somebody who is in: what the page sends for the chosen secret, and what it answers. */
    async enter(url: URL) {
      const ask = askOf(url);
      const { cookie, key } = await insideOf(url);
      const seen: string[] = [(await ask('/', { cookie })).text];
      return {
        seen,
        async view(name?: string): Promise<View> {
          const arn = name && (await arnOf(name));
          const chosen = arn === undefined ? '' : `&secret=${encodeURIComponent(arn)}`;
          const { text } = await ask(`/events?key=${key}${chosen}`, { cookie });
          seen.push(text);
          return JSON.parse(text.replace(/^data: /, ''));
        },
        async rotate(name: string, headers: Record<string, string> = {}) {
          const body = { act: 'rotate', secret: await arnOf(name) };
          const answer = await ask(`/act?key=${key}`, { cookie, origin: url.origin, ...headers }, body);
          seen.push(answer.text);
          return answer;
        },
      };
    },
  };
}
