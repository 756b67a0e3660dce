/**
 * Opens a page in the person's browser. Whatever is on a command line, every user of the machine can read while the program runs, and who is
 * first at the address is in: so the command line has the name of a file that nobody else may read, and the file leads on to the address.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

type Environment = Readonly<Record<string, string | undefined>>;

/** `told` gets the reason where no browser opens, at once or later. The file is there until `close`. */
export async function openInBrowser(
  url: string,
  env: Environment,
  told: (why: string) => void,
): Promise<{ close(): Promise<void> }> {
  const [program, ...parameters] = openerOf(env);
  let folder: string | undefined;
  try {
    if (program === undefined) throw new Error('neither DISPLAY nor WAYLAND_DISPLAY is set');
    folder = await mkdtemp(join(tmpdir(), 'rekey-open-'));
    const file = join(folder, 'open.html');
    const page = `<!doctype html><title>Rekey</title><meta http-equiv="refresh" content="0; url=${url}">\n`;
    await writeFile(file, page, { mode: 0o600 });
    start(program, [...parameters, pathToFileURL(file).href], env, told);
  } catch (error) {
    told((error as Error).message);
  }
  return { close: async () => void (folder && (await rm(folder, { recursive: true, force: true }))) };
}

function start(program: string, parameters: readonly string[], env: Environment, told: (why: string) => void): void {
  // A process group of its own: Ctrl-C ends the command, and not the browser, which has no need of credentials either.
  const child = spawn(program, parameters, {
    stdio: 'ignore',
    detached: true,
    env: Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('AWS_'))),
  });
  child.unref();
  child.once('error', ({ code }: NodeJS.ErrnoException) => told(`${program} does not start (${code})`));
  child.once('exit', (status) => {
    if (status !== 0) told(`${program} ended with ${status}`);
  });
}

/** A program that is given an address, and no shell. Empty: nothing can show a browser. */
function openerOf({ SystemRoot = 'C:\\Windows', DISPLAY, WAYLAND_DISPLAY }: Environment): readonly string[] {
  if (process.platform === 'darwin') return ['/usr/bin/open'];
  if (process.platform === 'win32')
    return [join(SystemRoot, 'System32', 'rundll32.exe'), 'url.dll,FileProtocolHandler'];
  // Without a desktop xdg-open takes a browser for terminals, which would use the address up.
  return DISPLAY || WAYLAND_DISPLAY ? ['xdg-open'] : [];
}
