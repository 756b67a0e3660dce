/** The page of the sandbox. The port of the services refuses every web page; this one is on a port of its own. */
import { startPage } from '../../page/server.ts';
import { type Acts, act } from './acts.ts';
import { type Opener, startLogins } from './logins.ts';
import { storedIn } from './stored.ts';
import { viewOf } from './view.ts';

const LOOK_MS = 120;
/** Nobody has looked for so long: the page is closed. */
const CLOSED_MS = 10 * LOOK_MS;

/** Gives the address to open, which works once. */
export async function startSandboxPage(
  options: Acts & { open: Opener },
): Promise<Awaited<ReturnType<typeof startPage>>> {
  const { sandbox, open } = options;
  let looked: { at: number; chosen: string | undefined } = { at: 0, chosen: undefined };
  const logins = startLogins(
    () => storedIn(sandbox),
    open,
    () => (Date.now() - looked.at < CLOSED_MS ? looked : undefined),
  );
  const page = await startPage({
    pause: { leastMs: LOOK_MS, mostMs: LOOK_MS },
    act: (given) => act(given, { ...options, forget: logins.forget }),
    view: async (chosen) => {
      looked = { at: Date.now(), chosen };
      return viewOf(sandbox, logins, chosen);
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
