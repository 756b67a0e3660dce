/** Keys of a provider, rotated at its double. */
import { createServer, request } from 'node:http';
import { PutSecretValueCommand, RotateSecretCommand } from '@aws-sdk/client-secrets-manager';
import { bundleOf } from '../../demo/engine.ts';
import { loadAct } from '../../demo/provider/act.ts';
import { openStage, type Stage } from '../../demo/stage.ts';
import { listen, stop } from '../../local/loopback.ts';
import { type Places, readable } from './readable.ts';

interface Searched {
  readonly places: Places;
  readonly secrets: readonly string[];
}

type Value = Readonly<Record<string, unknown>>;

/** What each provider can tell of a value of its own. */
interface Reader {
  readonly schema: { parse(text: string, what: string): object; confidential(value: object): readonly string[] };
  id?(value: object): string;
}

/** Two rotations that go well, one whose AWSCURRENT was never issued, so that it fails, and one after that. */
export async function rotatedKeys(provider: string): Promise<Searched> {
  const began = Date.now();
  const stage = await openStage(async (open) => open);
  try {
    const act = await loadAct(provider);
    const double = await act.start();
    stage.whenClosed(double.close);
    const seen = await recorder(double.url);
    stage.whenClosed(seen.close);
    const masterarn = double.admin && (await stage.store('admin', double.admin));
    const secret = await stage.store('key', { ...double.first, ...(masterarn && { masterarn }) });
    const handler = act.handler ?? provider;
    const { functionArn } = stage.register('rotator', bundleOf(provider), {
      export: handler,
      env: { PROVIDER_ENDPOINT: seen.url },
    });
    const texts = new Set<string>();
    const ids = new Set<string>();
    const note = (value: object) => {
      const { schema, id } = act.provider as Reader;
      const parsed = schema.parse(JSON.stringify(value), 'a value');
      for (const text of schema.confidential(parsed)) texts.add(text);
      const known = id?.(parsed);
      if (known) ids.add(known);
    };
    const rotate = async () => {
      await rotated(stage, secret, functionArn);
      for (const label of ['AWSCURRENT', 'AWSPENDING', 'AWSPREVIOUS']) {
        const value = await stage.read<Value>(secret, label).catch(() => undefined);
        if (value !== undefined) note(value);
      }
    };
    await rotate();
    await rotate();
    const works = await stage.read<Value>(secret, 'AWSCURRENT');
    await put(stage, secret, { ...works, ...double.madeUp });
    await rotate();
    await put(stage, secret, works);
    await rotate();
    const places = {
      ...(await readable(stage, secret, began)),
      'addresses that were asked for': seen.asked.join('\n'),
    };
    return { places, secrets: [...texts].flatMap((text) => secretParts(text, ids)) };
  } finally {
    await stage.close();
  }
}

/** A key may begin with what kind of key it is, as Atlas' do, and hold its public id, as SendGrid's do. */
export function secretParts(text: string, ids: ReadonlySet<string>): readonly string[] {
  const kind = /^([a-z]{2,8}[_-])+|^SG\.[\w-]+\./;
  return [...ids].reduce((parts, id) => parts.flatMap((part) => part.split(id)), [text.replace(kind, '')]);
}

async function rotated({ sandbox, secretsManager }: Stage, SecretId: string, RotationLambdaARN: string) {
  const command = new RotateSecretCommand({
    SecretId,
    RotationLambdaARN,
    RotationRules: { AutomaticallyAfterDays: 30 },
  });
  // Where a rotation has failed, another one is not begun before a value is stored.
  await secretsManager.send(command).catch((error: Error) => {
    if (error.name !== 'InvalidRequestException') throw error;
  });
  await sandbox.idle();
}

async function put({ secretsManager }: Stage, SecretId: string, value: Value): Promise<void> {
  await secretsManager.send(new PutSecretValueCommand({ SecretId, SecretString: JSON.stringify(value) }));
}

/** Stands before a double, and writes down which addresses are asked for: every server on the way logs them. */
async function recorder(target: string) {
  const asked: string[] = [];
  const { port: at } = new URL(target);
  const server = createServer((incoming, outgoing) => {
    const { method, url: path, headers } = incoming;
    asked.push(`${method} ${path}`);
    const onward = request({ host: '127.0.0.1', port: at, method, path, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(outgoing);
    });
    onward.on('error', () => outgoing.destroy());
    incoming.pipe(onward);
  });
  const { pathname } = new URL(target);
  const url = `http://127.0.0.1:${await listen(server)}${pathname === '/' ? '' : pathname}`;
  return { asked, url, close: () => stop(server) };
}
