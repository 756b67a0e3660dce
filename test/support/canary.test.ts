/** A search that finds nothing proves something only where it finds what is there. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { redactor } from '../../shared/rotation/redact.ts';
import { heardBy, isShown, leakIn, searched } from './canary.ts';

const password = 'q7Zp-Xw3Kd9vRt2Lm8Yb.4cFgHjN';
const log = (piece: string) => `connected\nALTER USER app IDENTIFIED BY '${piece}' -- \nbye`;

it('eight characters in a row are found, with their line, and seven are not', () => {
  expect(leakIn(log(password.slice(7, 15)), [password])).toBe("ALTER USER app IDENTIFIED BY '3Kd9vRt2' -- ");
  expect(leakIn(log(password.slice(7, 14)), [password])).toBeUndefined();
  expect(leakIn(log(password.slice(-8)), ['another-Passw0rd.of.many', password])).toBeDefined();
});

it('what a rotation of this process has made is searched for when its server stops, but for what a page says is shown', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'rekey-canary-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'log');
  let stopped = 0;
  const server = { stop: async () => void stopped++ };
  heardBy(redactor()).add(password, 'first password', undefined);
  writeFileSync(file, log('first password'));
  await searched(server, [file]);
  writeFileSync(file, log(password));

  await expect(searched(server, [file])).rejects.toThrow('shows a piece of a password: ALTER USER');
  isShown(password, 'docs/engines/mariadb.md');
  await searched(server, [file]);

  expect(stopped).toBe(3);
});

it('ten megabytes are searched for a thousand passwords in a moment', () => {
  const passwords = Array.from(
    { length: 1_000 },
    (_, at) => `${at}-Aa.${Buffer.from(`${at * 7919}`).toString('hex')}.Zz-x`,
  );
  const text = 'LOG:  statement: SELECT rolname FROM pg_catalog.pg_roles WHERE oid = 16384\n'.repeat(140_000);
  const start = process.cpuUsage();

  expect(leakIn(text, passwords)).toBeUndefined();
  expect(process.cpuUsage(start).user).toBeLessThan(2_000_000);
});
