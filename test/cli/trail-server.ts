import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Recorded {
  readonly id: string;
  /** As CloudTrail writes it into a trail. */
  readonly record: Record<string, unknown>;
  readonly resources?: readonly string[];
}

interface Request {
  readonly LookupAttributes: readonly { AttributeKey: string; AttributeValue: string }[];
  readonly StartTime: number;
  readonly MaxResults?: number;
  readonly NextToken?: string;
}

/**
 * A stand-in for CloudTrail, for neither the sandbox nor moto has LookupEvents: newest first, 50 a page, one attribute, JSON 1.1. What is
 * for another service goes to `elsewhere`.
 */
export async function startTrail(
  recorded: readonly Recorded[],
  { elsewhere = '', refusal = '', slowMs = 0 }: { elsewhere?: string; refusal?: string; slowMs?: number } = {},
) {
  const asked: Request[] = [];
  const lookup = (request: Request) => {
    asked.push(request);
    const [attribute = { AttributeKey: '', AttributeValue: '' }] = request.LookupAttributes;
    const found = recorded
      .map((one) => ({ ...one, at: Date.parse(String(one.record.eventTime)) / 1000 }))
      .filter(({ at, record, resources = [] }) => {
        const values = attribute.AttributeKey === 'EventName' ? [record.eventName] : resources;
        return at >= request.StartTime && values.includes(attribute.AttributeValue);
      })
      .sort((a, b) => b.at - a.at);
    const begin = Number(request.NextToken ?? 0);
    const end = begin + (request.MaxResults ?? 50);
    return {
      Events: found.slice(begin, end).map(({ id, at, record, resources = [] }) => ({
        EventId: id,
        EventName: record.eventName,
        EventTime: at,
        EventSource: record.eventSource,
        Resources: resources.map((ResourceName) => ({ ResourceName })),
        CloudTrailEvent: JSON.stringify(record),
      })),
      ...(end < found.length && { NextToken: String(end) }),
    };
  };
  const server = createServer(async (request, response) => {
    const body = await bodyOf(request);
    const target = String(request.headers['x-amz-target']);
    if (!target.endsWith('.LookupEvents')) {
      const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
      const answer = await fetch(elsewhere, { method: 'POST', headers, body });
      response.writeHead(answer.status, { 'content-type': 'application/x-amz-json-1.1' });
      response.end(await answer.text());
      return;
    }
    if (slowMs > 0) await new Promise((resolve) => setTimeout(resolve, slowMs));
    const answer = refusal ? { __type: refusal, Message: 'no' } : lookup(JSON.parse(body));
    response.writeHead(refusal ? 400 : 200, { 'content-type': 'application/x-amz-json-1.1' });
    response.end(JSON.stringify(answer));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request.setEncoding('utf8')) body += chunk;
  return body;
}
