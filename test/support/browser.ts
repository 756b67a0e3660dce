/** A real browser without a window, driven over its own protocol: https://chromedevtools.github.io/devtools-protocol/ */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { patience } from './patience.ts';
import { findTool } from './tool.ts';

export const chromium = await findTool({ engine: 'chromium', name: 'chromium', parameters: ['--version'] });

export interface Page {
  open(url: string): Promise<void>;
  /** The value of this expression in the page. */
  evaluate<T>(expression: string): Promise<T>;
  press(key: 'Tab' | 'Enter'): Promise<void>;
  resize(width: number, height: number, isDark: boolean): Promise<void>;
  /** PNG, base64. */
  screenshot(): Promise<string>;
  /** What the page has complained of. */
  readonly complaints: readonly string[];
  close(): Promise<void>;
}

interface Answer {
  readonly id?: number;
  readonly method?: string;
  readonly params?: {
    readonly entry?: { readonly level: string; readonly text: string };
    readonly exceptionDetails?: object;
  };
  readonly result?: object;
  readonly error?: { readonly message: string };
}

export async function startBrowser(): Promise<Page> {
  const profile = mkdtempSync(join(tmpdir(), 'rekey-browser-'));
  const flags = [
    '--headless=new',
    '--no-sandbox',
    '--disable-gpu',
    '--remote-debugging-port=0',
    `--user-data-dir=${profile}`,
  ];
  const child = spawn('chromium', [...flags, 'about:blank'], { stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = new Promise<void>((resolve) => {
    child.once('close', () => resolve());
  });
  const address = await new Promise<string>((resolve, reject) => {
    let told = '';
    const timer = setTimeout(() => reject(new Error(`the browser does not start: ${told}`)), patience(30_000));
    child.stderr.on('data', (chunk) => {
      told += chunk;
      const [, found] = /DevTools listening on (ws:\S+)/.exec(told) ?? [];
      if (found === undefined) return;
      clearTimeout(timer);
      resolve(found);
    });
  });
  const targets = (await (await fetch(`http://${new URL(address).host}/json/list`)).json()) as {
    type: string;
    webSocketDebuggerUrl: string;
  }[];
  const socket = new WebSocket(targets.find(({ type }) => type === 'page')?.webSocketDebuggerUrl ?? '');
  await new Promise((resolve) => socket.addEventListener('open', resolve, { once: true }));
  const waiting = new Map<number, { resolve(result: object): void; reject(error: Error): void }>();
  const complaints: string[] = [];
  let last = 0;
  socket.addEventListener('message', ({ data }) => {
    const { id, method, params, result = {}, error } = JSON.parse(String(data)) as Answer;
    if (method === 'Log.entryAdded' && params?.entry?.level === 'error') complaints.push(params.entry.text);
    if (method === 'Runtime.exceptionThrown') complaints.push(JSON.stringify(params?.exceptionDetails));
    if (id === undefined) return;
    if (error) waiting.get(id)?.reject(new Error(error.message));
    else waiting.get(id)?.resolve(result);
    waiting.delete(id);
  });
  const send = (method: string, params: object = {}) =>
    new Promise<object>((resolve, reject) => {
      last += 1;
      waiting.set(last, { resolve, reject });
      socket.send(JSON.stringify({ id: last, method, params }));
    });
  for (const domain of ['Page', 'Runtime', 'Log']) await send(`${domain}.enable`);

  return {
    complaints,
    open: async (url) => void (await send('Page.navigate', { url })),
    async evaluate<T>(expression: string) {
      const answer = await send('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true });
      return (answer as { result: { value: T } }).result.value;
    },
    async press(key) {
      const text = key === 'Enter' ? { text: '\r' } : {};
      await send('Input.dispatchKeyEvent', {
        type: 'keyDown',
        key,
        code: key,
        windowsVirtualKeyCode: key === 'Enter' ? 13 : 9,
        ...text,
      });
      await send('Input.dispatchKeyEvent', { type: 'keyUp', key, code: key });
    },
    async resize(width, height, isDark) {
      await send('Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor: 1, mobile: width < 600 });
      await send('Emulation.setEmulatedMedia', {
        features: [{ name: 'prefers-color-scheme', value: isDark ? 'dark' : 'light' }],
      });
    },
    screenshot: async () => ((await send('Page.captureScreenshot')) as { data: string }).data,
    async close() {
      socket.close();
      child.kill('SIGKILL');
      await ended;
      rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    },
  };
}
