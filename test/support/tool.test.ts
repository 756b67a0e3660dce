import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { findTool, type Tool } from './tool.ts';

const tool: Tool = { engine: 'gadget', name: 'gadget', parameters: ['--version'] };

// The report at the end of the run is about real tools.
beforeEach(() => void vi.stubEnv('REKEY_ANNOUNCEMENTS', undefined));
afterEach(() => void vi.unstubAllEnvs());

/** A PATH of folders that hold what is given for `gadget`: a script, which may be the target of a link, or nothing. */
function pathOf(...scripts: readonly (string | undefined)[]) {
  const root = mkdtempSync(join(tmpdir(), 'rekey-tool-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  const folders = scripts.map((script, index) => {
    const folder = join(root, `${index} it's here`);
    mkdirSync(folder);
    if (script !== undefined) writeFileSync(join(folder, 'gadget'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    return folder;
  });
  return { root, folders, env: { PATH: [...folders, process.env.PATH].join(':') } };
}

describe('a tool', () => {
  it('is found with its whole path, and its version', async () => {
    const { folders, env } = pathOf(undefined, 'echo gadget/1 and more');

    expect(await findTool(tool, env)).toEqual({ program: join(folders[1] ?? '', 'gadget'), version: 'gadget/1' });
  });

  it('is called by the name of its link', async () => {
    const { root, folders, env } = pathOf(undefined);
    writeFileSync(join(root, 'manager'), '#!/bin/sh\nbasename "$0"\n', { mode: 0o755 });
    const link = join(folders[0] ?? '', 'gadget');
    symlinkSync(join(root, 'manager'), link);

    expect(await findTool(tool, env)).toEqual({ program: link, version: 'gadget' });
  });

  it('is passed over for the next one in PATH when it fails, is no program or is refused', async () => {
    const { folders, env } = pathOf('exit 127', 'echo never', 'echo gadget/1', 'echo gadget/2');
    chmodSync(join(folders[1] ?? '', 'gadget'), 0o644);
    const refuse = (version: string) => (version === 'gadget/1' ? 'is too old' : undefined);

    const found = await findTool({ ...tool, refuse }, env);

    expect(found).toEqual({ program: join(folders[3] ?? '', 'gadget'), version: 'gadget/2' });
  });

  it('that will not do is reported with the reason for each', async () => {
    vi.stubEnv('REKEY_REQUIRE', 'gadget');
    const { folders, env } = pathOf('exit 127', 'echo gadget/1');

    const found = findTool({ ...tool, refuse: () => 'is too old' }, env);

    await expect(found).rejects.toThrow(
      `REKEY_REQUIRE names gadget, which is not here: ${folders[0]}/gadget ends with 127; ${folders[1]}/gadget is too old`,
    );
  });

  it('that is nowhere in PATH is missing', async () => {
    vi.stubEnv('REKEY_REQUIRE', 'gadget');

    await expect(findTool(tool, pathOf(undefined).env)).rejects.toThrow('no gadget in PATH');
  });
});
