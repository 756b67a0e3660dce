import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Course } from '../../bench/rotations.ts';
import { templatesIn } from '../../bench/templates.ts';
import type { DatabaseStage } from '../../demo/database-stage.ts';
import { startSandbox } from '../../local/sandbox.ts';
import { UsageError } from '../../terminal/usage.ts';
import { findTool } from '../support/tool.ts';

const python = await findTool({
  engine: 'python',
  name: 'python3',
  parameters: ['-c', 'import platform; print(platform.python_version())'],
});

/** In place of AWS's, with drivers that connect nowhere. */
const files: Readonly<Record<string, string>> = {
  'checkout/SecretsManagerRDSPostgreSQLRotationSingleUser/lambda_function.py': `
import os
import pgdb
calls = 0
def lambda_handler(event, context):
    global calls
    calls += 1
    if event["Step"] == "wrong":
        raise ValueError("no such step")
    roots = pgdb.connect(host="localhost", sslrootcert="/etc/pki/tls/cert.pem")["sslrootcert"]
    return {"calls": calls, "roots": roots, "key": os.environ["AWS_ACCESS_KEY_ID"], "profile": os.environ.get("AWS_PROFILE")}
`,
  'checkout/SecretsManagerRDSMySQLRotationSingleUser/lambda_function.py': `
import pymysql
def lambda_handler(event, context):
    options = pymysql.connect(host="localhost", ssl={"ca": "/etc/pki/tls/cert.pem"})
    return {"roots": options["ssl"]["ca"], "version": options["cursorclass"]().fetchone()[0]}
`,
  'packages/pgdb.py': 'def connect(**options):\n    return options\n',
  'packages/pymysql/__init__.py': 'from . import cursors\ndef connect(**options):\n    return options\n',
  'packages/pymysql/cursors.py': 'class Cursor:\n    def fetchone(self):\n        return ("9.7.4",)\n',
  'packages/boto3.py': '',
  ...Object.fromEntries(
    ['boto3', 'PyGreSQL', 'PyMySQL'].map((name) => [
      `packages/${name}-1.0.dist-info/METADATA`,
      `Metadata-Version: 2.1\nName: ${name}\nVersion: 1.0\n`,
    ]),
  ),
};

describe.skipIf(!python)("AWS's templates beside ours", () => {
  const program = python?.program ?? '';
  let folder = '';
  let checkout = '';

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'rekey-templates-'));
    checkout = join(folder, 'checkout');
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    vi.stubEnv('PYTHONPATH', join(folder, 'packages'));
    vi.stubEnv('AWS_PROFILE', 'of-the-user');
    vi.stubEnv('PYTHONDONTWRITEBYTECODE', '1');
    return () => {
      vi.unstubAllEnvs();
      rmSync(folder, { recursive: true });
    };
  });

  async function start(course: Omit<Course, 'delayMs' | 'strategy'>) {
    const sandbox = await startSandbox();
    const ends: (() => unknown)[] = [sandbox.close];
    onTestFinished(async () => {
      for (const end of ends.reverse()) await end();
    });
    const stage = {
      sandbox,
      database: { environment: { DATABASE_CA_BUNDLE: '/ca.pem' } },
      whenClosed: (end: () => unknown) => void ends.push(end),
    } as unknown as DatabaseStage;
    const templates = await templatesIn(checkout, program, [course.engine]);
    const { functionArn, functionName } = await templates.start(stage, {
      ...course,
      strategy: 'single-user',
      delayMs: 0,
    });
    const invoke = (Step: string) => sandbox.functions.invoke(functionArn, { Step });
    return { templates, invoke, key: sandbox.functions.accessKeyId(functionName) };
  }

  it.each([
    ['warm', [1, 2]],
    ['cold', [1, 1]],
  ] as const)(
    'are invoked by the sandbox, %s, under their own key and with the roots of the local server',
    async (mode, calls) => {
      const { invoke, key, templates } = await start({ engine: 'postgres', mode });

      const outcomes = [await invoke('createSecret'), await invoke('setSecret')];

      expect(templates.runtime).toMatch(/^Python 3\.\d+\.\d+, boto3 1\.0, PyGreSQL 1\.0$/);
      const payload = { roots: '/ca.pem', key, profile: null };
      expect(outcomes).toEqual(calls.map((count) => ({ ok: true, payload: { ...payload, calls: count } })));
      // Lambda compiles what they import once, and their own file in each process.
      const compiled = [join(folder, 'packages'), join(checkout, 'SecretsManagerRDSPostgreSQLRotationSingleUser')];
      expect(compiled.map((place) => existsSync(join(place, '__pycache__')))).toEqual([true, false]);
    },
  );

  it.each(['warm', 'cold'] as const)('fail as on Lambda, %s', async (mode) => {
    const { invoke } = await start({ engine: 'postgres', mode });

    const outcome = await invoke('wrong');

    expect(outcome).toMatchObject({ ok: false, error: { errorType: 'ValueError', errorMessage: 'no such step' } });
  });

  it('are told that MySQL 9 is 8, which they know', async () => {
    const { invoke } = await start({ engine: 'mysql', mode: 'warm' });

    const outcome = await invoke('setSecret');

    expect(outcome).toEqual({ ok: true, payload: { roots: '/ca.pem', version: '8.7.4' } });
  });

  it('are refused with what to install, where a package is missing', async () => {
    rmSync(join(folder, 'packages/pgdb.py'));
    rmSync(join(folder, 'packages/PyGreSQL-1.0.dist-info'), { recursive: true });

    const found = templatesIn(checkout, program, ['postgres']);

    await expect(found).rejects.toMatchObject({
      message: `--python ${program}: cannot import PyGreSQL, which AWS's templates need`,
      hint: `next: ${program} -m pip install PyGreSQL`,
    });
  });

  it('are refused where there are none, and where there is no Python', async () => {
    const elsewhere = templatesIn(folder, program, ['postgres']);
    const nothing = templatesIn(checkout, join(folder, 'python'), ['postgres']);

    await expect(elsewhere).rejects.toThrow(UsageError);
    await expect(elsewhere).rejects.toMatchObject({ hint: expect.stringMatching(/^next: git clone https:/) });
    await expect(nothing).rejects.toThrow(UsageError);
  });

  it('say why one does not start', async () => {
    writeFileSync(join(checkout, 'SecretsManagerRDSMySQLRotationSingleUser/lambda_function.py'), 'import nothing_here');

    const started = start({ engine: 'mysql', mode: 'warm' });

    await expect(started).rejects.toThrow("No module named 'nothing_here'");
  });
});
