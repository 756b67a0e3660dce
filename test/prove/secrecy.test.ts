/** A search that finds nothing proves something only where it would find what is there. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { secretParts } from '../../prove/secrecy/keys.ts';
import { leaksIn } from '../../prove/secrecy/readable.ts';
import { filesSince, processesBelow } from '../../prove/secrecy/surroundings.ts';

const secret = 'q7Zp-Xw3Kd9vRt2Lm8Yb';

describe('the search for secrets', () => {
  it('tells the place, the piece and the line', () => {
    const places = {
      'log of the server': `quiet\nALTER USER app IDENTIFIED BY '${secret.slice(4, 11)}'\nquiet`,
      messages: '{}',
    };

    expect(leaksIn(places, ['another-one', secret])).toEqual([
      "log of the server: -Xw3Kd in: ALTER USER app IDENTIFIED BY '-Xw3Kd9'",
    ]);
  });

  it.each([
    ['SG.public-id.the_secret', [], ['the_secret']],
    ['mdb_sa_sk_Th3Secret-', [], ['Th3Secret-']],
    ['public/id-after', ['public/id'], ['', '-after']],
    ['whole/secret', ['of another'], ['whole/secret']],
  ])('of %s, the kind and the public id are no secret', (key, ids, parts) => {
    expect(secretParts(key, new Set(ids))).toEqual(parts);
  });

  it.skipIf(process.platform !== 'linux')('sees command lines and environments of what was started', async () => {
    const program = ['--eval', 'process.stdout.write("ready"); setTimeout(() => {}, 60_000)', secret];
    const child = spawn(process.execPath, program, {
      env: { PGPASSWORD: secret },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    onTestFinished(() => void child.kill());
    await once(child.stdout, 'data');

    const found = leaksIn(processesBelow(process.pid), [secret]);

    expect(found.map((line) => line.split(' of ')[0])).toEqual(['command line', 'environment']);
  });

  it('sees files that were written, but in the data folder of a server', () => {
    const since = Date.now() - 1000;
    const folder = mkdtempSync(join(tmpdir(), 'rekey-secrecy-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    mkdirSync(join(folder, 'data'));
    for (const name of ['notes', 'data/users']) writeFileSync(join(folder, name), secret);

    const found = leaksIn(filesSince(since), [secret]).filter((line) => line.includes(folder));

    expect(found).toEqual([expect.stringContaining(join(folder, 'notes'))]);
  });
});
