import { request } from 'node:http';

export interface Answer {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly text: string;
}

/** Asks a page as any program may, also with headers that a browser keeps to itself. Of a stream it is what came first. */
export function askOf(page: URL) {
  const { hostname, port } = page;
  return (path: string, headers: Record<string, string> = {}, body?: object, method = body ? 'POST' : 'GET') =>
    new Promise<Answer>((resolve, reject) => {
      const sent = request({ hostname, port, path, headers, method }, (answer) => {
        let text = '';
        answer.on('data', (chunk) => {
          text += chunk;
          if (answer.headers['content-type'] === 'text/event-stream' && text.endsWith('\n\n')) answer.destroy();
        });
        answer.once('close', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text }));
      });
      sent.once('error', reject);
      sent.end(body && JSON.stringify(body));
    });
}

/** Goes in by the address, which works once: what the browser keeps, and what the page keeps. */
export async function insideOf(page: URL): Promise<{ readonly cookie: string; readonly key: string }> {
  const { headers, text } = await askOf(page)(page.pathname + page.search);
  const key = /^const key = '([\w-]+)'/m.exec(text)?.[1] ?? '';
  return { cookie: String(headers['set-cookie']).split(';')[0] ?? '', key };
}
