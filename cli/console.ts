import { once } from 'node:events';
import { UsageError } from '../terminal/usage.ts';
import { command } from './command.ts';
import { exitCodes } from './exit-codes.ts';
import { portOf, type Tag, tagOf } from './values.ts';

interface Options {
  readonly port: number;
  readonly tag?: Tag;
  readonly readOnly?: true;
  readonly open?: true;
  readonly json?: true;
}

export const consoleCommand = command<Options>(
  {
    name: 'console',
    about:
      'A page for your browser, on this machine only: secrets and parameters, versions and labels as they move, steps, ' +
      'failures with the next command, and a button that rotates, and asks. Prints the address, which works once. ' +
      'Reads no value. Ctrl-C ends it.',
    define: (parser) =>
      parser
        .option('--port <n>', 'of 127.0.0.1; any free one when absent', portOf, 0)
        .option('--tag <key=value>', 'only what has this tag', tagOf)
        .option('--read-only', 'without the button')
        .option('--open', 'opens the address in your browser'),
    after:
      'Actions to allow: secretsmanager:ListSecrets, DescribeSecret, ListSecretVersionIds; ssm:DescribeParameters; ' +
      'logs:FilterLogEvents, or no steps can be seen; for the button secretsmanager:RotateSecret, ' +
      'and for parameters lambda:GetFunctionConfiguration, InvokeFunction.',
  },
  async ({ options }, terminal) => {
    const { onAccount } = await import('./account.ts');
    const { startPage } = await import('../page/server.ts');
    const { accountSource } = await import('./console/source.ts');
    const { openInBrowser } = await import('./console/open.ts');
    return onAccount(options, terminal, async (account) => {
      let opened: Awaited<ReturnType<typeof openInBrowser>> | undefined;
      const page = await startPage(await accountSource(account, options), options.port).catch(portTaken);
      try {
        terminal.stdout.write(
          options.json
            ? `${JSON.stringify({ version: 1, region: account.region, url: page.url })}\n`
            : `To open once, in a browser of this machine:\n\n  ${page.url}\n\nCtrl-C ends it.\n`,
        );
        const told = (why: string) =>
          terminal.stderr.write(`no browser was opened: ${why}. Open the address yourself.\n`);
        if (options.open) opened = await openInBrowser(page.url, terminal.env, told);
        if (!terminal.signal.aborted) await once(terminal.signal, 'abort');
      } finally {
        await opened?.close();
        await page.close();
      }
      return exitCodes.good;
    });
  },
);

function portTaken(error: NodeJS.ErrnoException & { port?: number }): never {
  if (error.code === 'EADDRINUSE')
    throw new UsageError(`port ${error.port} is in use`, 'choose another one with --port');
  if (error.code === 'EACCES') throw new UsageError(`port ${error.port} may not be used`, 'choose one above 1023');
  throw error;
}
