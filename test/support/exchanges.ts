/** Every exchange of the worlds of a test file with the doubles, for who compares them with the vendor's description. */
import type { ProviderDouble } from '../../local/doubles/double.ts';
import type { Transport } from '../../shared/keys/api/transport.ts';

export interface Exchange {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Undefined: a test played trouble, or the answer never came. */
  readonly status: number | undefined;
  readonly answer: string;
}

const seen: Exchange[] = [];

export const takeExchanges = (): Exchange[] => seen.splice(0);

export function recorded(transport: Transport, { troubles }: Pick<ProviderDouble, 'troubles'>): Transport {
  return async (request) => {
    const { method, url, headers, body = '' } = request;
    const before = troubles.length;
    const sent = { method, url, headers, body, status: undefined, answer: '' };
    const answer = await transport(request).catch((error) => {
      seen.push(sent);
      throw error;
    });
    const isOwn = troubles.length === before;
    seen.push(isOwn ? { ...sent, status: answer.status, answer: answer.body } : sent);
    return answer;
  };
}
