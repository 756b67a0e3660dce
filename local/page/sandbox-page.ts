/** The page of the sandbox. The port of the services refuses every web page; this one is on a port of its own. */
import { startPage } from '../../page/server.ts';
import { type Acts, act } from './acts.ts';
import { type Opener, startLogins } from './logins.ts';
import { viewOf } from './view.ts';

const LOOK_MS = 120;
/** Nobody has looked for so long: the page is closed. */
const CLOSED_MS = 10 * LOOK_MS;

/** Gives the address to open, which works once. */
export async function startSandboxPage(
  options: Acts & { open: Opener },
): Promise<Awaited<ReturnType<typeof startPage>>> {
  const { sandbox, open } = options;
  let lookedAt = 0;
  const logins = startLogins(
    () => sandbox.secretsManager.secrets(),
    open,
    () => Date.now() - lookedAt < CLOSED_MS,
  );
  const page = await startPage({
    pause: { leastMs: LOOK_MS, mostMs: LOOK_MS },
    act: (given) => act(given, { ...options, forget: logins.forget }),
    view: async () => {
      lookedAt = Date.now();
      return viewOf(sandbox, logins);
    },
  });
  return {
    url: page.url,
    close: async () => {
      await logins.stop();
      await page.close();
    },
  };
}
