/** What tests hand to an engine, or store, is found in a log; what they say to the server themselves is not. A search that can find nothing fails. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateSecretCommand } from '@aws-sdk/client-secrets-manager';
import { PutParameterCommand } from '@aws-sdk/client-ssm';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { startSandbox } from '../../local/sandbox.ts';
import type { DatabaseEngine, DatabaseSession } from '../../shared/databases/engine.ts';
import { testContext } from './context.ts';
import { stored } from './pair-proof.ts';
import { ssmTestClient } from './parameter-store.ts';
import { sandboxClient } from './sandbox-store.ts';

let search: typeof import('./log-search.ts');
beforeEach(async () => {
  vi.stubEnv('REKEY_BY_NAME', '');
  vi.resetModules();
  search = await import('./log-search.ts');
});

const login = { engine: 'memory', host: 'db.test', port: 1, username: 'app', password: 'opens the door' };

/** What was searched, of a server with this log. */
async function searchedFor(line: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'rekey-search-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'log');
  writeFileSync(file, `connected\nLOG: ${line}\nbye`);
  let stopped = 0;
  const told = await search.searched({ stop: async () => void stopped++ }, [file]).then(
    () => 'nothing was found',
    (error: Error) => error.message,
  );
  expect(stopped).toBe(1);
  return told;
}
const FOUND = 'shows a piece of a password: LOG: ';

/** A session that does nothing. */
async function heardSession(): Promise<DatabaseSession> {
  const nothing = async () => {};
  const plain = {
    setPassword: nothing,
    addPassword: nothing,
    cloneUser: nothing,
    opens: nothing,
    rehearsal: { setPassword: nothing },
  };
  const engine = { connect: async () => plain } as unknown as DatabaseEngine;
  for (const _ of [1, 2]) search.hearEngine(engine);
  return engine.connect(login, testContext());
}

describe('a password that is written by hand is found, in whole and in pieces of eight characters, when an engine was handed it', () => {
  it.each<readonly [string, (session: DatabaseSession) => unknown]>([
    ['to set it', (session) => session.setPassword('app', 'quarterdeck')],
    ['to add it', (session) => session.addPassword?.('quarterdeck')],
    ['for a clone', (session) => session.cloneUser('app', 'app_clone', 'quarterdeck', stored('x'))],
    ['to see whether it opens', (session) => session.opens?.('app', 'quarterdeck')],
    ['to rehearse it', (session) => session.rehearsal?.setPassword?.('app', 'quarterdeck')],
  ])('%s', async (_, hand) => {
    await hand(await heardSession());

    expect(await searchedFor("ALTER USER app IDENTIFIED BY 'quarterdeck'")).toContain(FOUND);
    expect(await searchedFor('arterdec')).toContain(FOUND);
    expect(await searchedFor('rterdec')).toBe('nothing was found');
  });

  it('to log in', async () => {
    await heardSession();

    expect(await searchedFor('opens the door')).toContain(FOUND);
  });
});

it('what a test says to the server itself, in a statement or as its value, is not searched for', async () => {
  const said: unknown[] = [];
  const client = search.heardByHand({ query: (...given: unknown[]) => said.push(given) });
  await (await heardSession()).setPassword('app', 'quarterdeck');
  client.query('ALTER USER app IDENTIFIED BY ?', ['the quarterdeck of a ship']);

  expect(await searchedFor("IDENTIFIED BY 'quarterdeck'")).toBe('nothing was found');
  expect(await searchedFor('opens the door')).toContain(FOUND);
  expect(said).toEqual([['ALTER USER app IDENTIFIED BY ?', ['the quarterdeck of a ship']]]);
});

it('what a page says is shown is not searched for', async () => {
  await (await heardSession()).setPassword('app', 'quarterdeck');
  search.isShown('quarterdeck', 'docs/engines/postgres.md');

  expect(await searchedFor('quarterdeck')).toBe('nothing was found');
});

describe('a search that can find nothing', () => {
  const NONE = 'no password could be found';

  it('fails, be it that nothing was heard, or that tests have said all of it themselves', async () => {
    const before = await searchedFor('');
    await heardSession();
    search.byHand('opens the door');

    expect([before, await searchedFor('')]).toEqual([expect.stringContaining(NONE), expect.stringContaining(NONE)]);
  });

  it('passes where the file says why, as long as that is true, and where tests are played by their names', async () => {
    search.hearsNone('nothing is rotated');
    const told = await searchedFor('');
    await heardSession();
    const untrue = await searchedFor('');
    vi.stubEnv('REKEY_BY_NAME', '1');

    expect([told, untrue]).toEqual([
      'nothing was found',
      'there are passwords to be found, although: nothing is rotated',
    ]);
    expect(await searchedFor('')).toBe('nothing was found');
  });

  it('is one of a file whose tests look themselves, and says why', async () => {
    await heardSession();
    search.looksItself('one server shows what another hides');

    expect(await searchedFor('opens the door')).toBe('nothing was found');
    for (const silent of [search.hearsNone, search.looksItself]) expect(() => silent('')).toThrow('why');
  });
});

it('values of both stores are searched for, also in what functions log and tell', async () => {
  const sandbox = await startSandbox();
  const [secrets, ssm] = [sandboxClient(sandbox), ssmTestClient(sandbox)];
  onTestFinished(async () => {
    for (const client of [secrets, ssm]) client.destroy();
    await sandbox.close();
  });
  const value = (password: string) => JSON.stringify({ ...login, password });
  await secrets.send(new CreateSecretCommand({ Name: 'a', SecretString: value('of a secret') }));
  for (const [at, password] of ['the first one', 'the second'].entries()) {
    const put = { Name: '/a', Value: value(password), Type: 'SecureString', Overwrite: at > 0 } as const;
    await ssm.send(new PutParameterCommand(put));
  }

  await search.searchedSandbox(sandbox);

  for (const password of ['of a secret', 'the first one', 'the second'])
    expect(await searchedFor(`'${password}'`)).toContain(FOUND);
  await sandbox.sns.call('CreateTopic', { Name: 'told' }, { region: 'us-east-1' });
  const topic = `arn:aws:sns:us-east-1:${sandbox.account.accountId}:told`;
  await sandbox.sns.call('Publish', { TopicArn: topic, Message: 'it is: the second' }, { region: 'us-east-1' });
  await expect(search.searchedSandbox(sandbox)).rejects.toThrow('the sandbox shows a piece of a password');
});
