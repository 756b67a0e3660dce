/** A handler over a server in memory, called as Lambda does, with the sandbox as the service: from its sources, in this process. */
import { afterAll, vi } from 'vitest';
import { startSandbox } from '../../local/sandbox.ts';
import { singleUserStrategy } from '../../shared/databases/strategies/single-user.ts';
import { handler } from '../../shared/lambda/handler.ts';
import { memoryEngine, memoryServer } from './memory-engine.ts';

/** For all tests of a file. `lines` is what it has logged. */
export async function handledInSandbox() {
  const sandbox = await startSandbox({ automaticRetries: 0 });
  vi.stubEnv('AWS_ENDPOINT_URL', sandbox.url);
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIATEST');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
  const lines: string[] = [];
  const spy = vi.spyOn(process.stdout, 'write').mockImplementation((text) => lines.push(String(text)) > 0);
  afterAll(async () => {
    spy.mockRestore();
    vi.unstubAllEnvs();
    await sandbox.close();
  });
  const server = memoryServer();
  return { sandbox, lines, server, rotate: handler(singleUserStrategy(memoryEngine(server))) };
}
