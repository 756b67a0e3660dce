/** Events, as Secrets Manager, EventBridge, a schedule or a person at the console sends them, to every function. */
import { readdirSync, readFileSync } from 'node:fs';
import type { Context } from 'aws-lambda';
import fc from 'fast-check';
import type { RotationHandler } from '../../../shared/lambda/stack.ts';
import { mutated, oddJson } from '../mutation.ts';
import { serviceThat } from '../service.ts';
import { target } from '../target.ts';

const folder = new URL('../../../events/', import.meta.url);
const functions = new URL('../../../functions/', import.meta.url);

const TOKEN = '00000000-0000-4000-8000-000000000001';
const others: readonly unknown[] = [
  { Parameter: '/prod/app', Token: TOKEN },
  { Parameter: 'arn:aws:ssm:eu-west-1:123456789012:parameter/prod/app', Token: '<aws.scheduler.execution-id>' },
  { Parameter: '/prod/app', Token: TOKEN, Step: 'revokePrevious', Postponed: 2, PreviousVersion: TOKEN },
  {
    version: '0',
    id: TOKEN,
    source: 'aws.ssm',
    'detail-type': 'Parameter Store Policy Action',
    resources: ['arn:aws:ssm:eu-west-1:123456789012:parameter/prod/app'],
    detail: {
      'parameter-name': '/prod/app',
      'policy-type': 'ExpirationNotification',
      'policy-content': '{"Type":"ExpirationNotification","Version":"1.0","Attributes":{"Before":"15","Unit":"Days"}}',
      'action-status': 'Success',
    },
  },
  // What people send from the console and the command line: its test events, and a doctor's questions.
  { key1: 'value1', key2: 'value2' },
  { doctor: true },
  { rekey: 'rollback', Parameter: '/prod/app', Token: TOKEN },
  { rekey: 'doctor', SecretId: 'app' },
  { rekey: 'rollback', SecretId: 'app', Version: TOKEN },
  { rekey: 'revoke-previous', SecretId: 'app', Current: TOKEN, Previous: TOKEN },
  { Records: [{ Sns: { Message: '{}' } }] },
  { Step: 'createSecret', SecretId: 'app', Parameter: '/app' },
  'ping',
];

export const context = {
  awsRequestId: TOKEN,
  functionName: 'rekey',
  invokedFunctionArn: 'arn:aws:lambda:eu-west-1:123456789012:function:rekey',
  getRemainingTimeInMillis: () => 12_000,
} as Context;

/** Every export of every function, by `postgres.singleUser`. */
async function handlers(): Promise<ReadonlyMap<string, RotationHandler>> {
  const found = new Map<string, RotationHandler>();
  for (const file of readdirSync(functions)) {
    const module: Record<string, RotationHandler> = await import(new URL(file, functions).href);
    for (const [name, handler] of Object.entries(module)) found.set(`${file.replace('.ts', '')}.${name}`, handler);
  }
  return found;
}

export const events = target<readonly [name: string, event: string]>({
  id: 'events',
  what: 'events for each function, where the services know nothing of what they name',
  inputs: { whole: 3_000, quick: 150 },
  async begin() {
    const service = await serviceThat(() => undefined);
    const known = await handlers();
    const files = readdirSync(folder).filter((file) => file.endsWith('.json'));
    const seeds = [
      ...files.map((file) => readFileSync(new URL(file, folder), 'utf8')),
      ...others.map((event) => JSON.stringify(event)),
    ];
    return {
      input: fc.tuple(fc.constantFrom(...known.keys()), fc.oneof({ weight: 9, arbitrary: mutated(seeds) }, oddJson)),
      secrets: () => [],
      async give([name, text]) {
        // Lambda takes JSON only.
        const event = parsed(text);
        await known.get(name)?.(event.value, context);
      },
      end: service.close,
    };
  },
});

function parsed(text: string): { readonly value: unknown } {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return { value: text };
  }
}
