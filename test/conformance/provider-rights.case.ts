/** No key may more than the one before, and none goes because a list leaves it out. Part of `describeProvider`. */
import { expect, it } from 'vitest';
import type { ProviderDouble } from '../../local/doubles/double.ts';
import type { HttpRequest, Transport } from '../../shared/keys/api/transport.ts';
import type { Access, IssuingProvider, KeySecret } from '../../shared/keys/provider.ts';
import type { KeyWorld } from '../support/key-world.ts';
import { labelled } from '../support/store.ts';
import { openLabels, wholeRotation } from './rotate.ts';

export interface KeyRights {
  /** Members of answers without which nobody knows what limits a key. */
  readonly limits: readonly string[];
  /** The body of the call that makes a key, as if more or less had been asked for. */
  regranted(body: string, how: 'more' | 'less'): string;
}

/** For rights in a list of a JSON body. */
export const inList =
  (member: string, one: unknown): KeyRights['regranted'] =>
  (body, how) =>
    JSON.stringify(
      JSON.parse(body, (name, value) => (name !== member ? value : how === 'more' ? [...value, one] : value.slice(1))),
    );

/** Between a provider and its double. */
export type Between = (transport: Transport) => Transport;

export interface RightsWorlds {
  world(given?: object, through?: (double: ProviderDouble) => Between): Promise<KeyWorld>;
  access(here: KeyWorld, value?: KeySecret): Promise<Access>;
  /** A whole rotation that is expected to fail. */
  failure(here: KeyWorld): Promise<Error>;
}

export function describeRights(
  provider: IssuingProvider,
  rights: KeyRights | undefined,
  { world, access, failure }: RightsWorlds,
): void {
  const { limits = [], regranted } = rights ?? {};
  it.each(limits)('makes no key when nobody knows what the current one may do: no %s', async (member) => {
    const here = await world({}, () => withAnswers((body) => withoutMember(body, member)));
    const before = here.double.live();

    const error = await failure(here);

    expect(error).toMatchObject({ code: 'UNEXPECTED_ANSWER', message: expect.stringContaining(member) });
    expect(here.double.live()).toEqual(before);
  });

  it.skipIf(regranted === undefined).each(['more', 'less'] as const)(
    `promotes no key that may do %s than the current one${regranted ? '' : ' (no list of rights comes with a key; what is shown of one is held by the tests of this provider alone)'}`,
    async (how) => {
      const here = await world({}, () => (transport) => (request) => {
        const { method, body } = request;
        const isMade = method === 'POST' && body !== undefined && regranted !== undefined;
        return transport(isMade ? withBody(request, regranted(body, how)) : request);
      });
      const before = await labelled(here.store, 'AWSCURRENT');

      const error = await failure(here);

      expect(error).toMatchObject({ code: 'PRIVILEGES_DIFFER', retryable: false });
      expect(await labelled(here.store, 'AWSCURRENT')).toEqual(before);
      expect(await openLabels(here)).toContain('AWSCURRENT');
    },
  );

  it('takes the current key for no new one', async () => {
    const here = await world({}, (double) => (transport) => async (request) => {
      const before = double.live();
      const answer = await transport(request);
      const made = double.live().find((key) => !before.includes(key));
      const [current = ''] = provider.schema.confidential(provider.schema.parse(JSON.stringify(double.first), ''));
      return made === undefined ? answer : { ...answer, body: answer.body.replaceAll(made, current) };
    });
    const before = await labelled(here.store, 'AWSCURRENT');

    const error = await failure(here);

    expect(error).toMatchObject({ code: 'UNEXPECTED_ANSWER' });
    expect(await labelled(here.store, 'AWSCURRENT')).toEqual(before);
  });

  it('revokes no key that the list leaves out', async () => {
    let hidden: string[] = [];
    const here = await world({}, () => withAnswers((body) => withoutItems(body, hidden)));
    await wholeRotation(here);
    const previous = (await labelled(here.store, 'AWSPREVIOUS')) ?? {};
    const at = await access(here, (await labelled(here.store, 'AWSCURRENT')) ?? {});
    hidden = [(await provider.identify(previous, at)) ?? '', ...provider.schema.confidential(previous)];

    await wholeRotation(here).catch(() => undefined);

    if (!provider.unlisted) expect(here.double.opens(previous)).toBe(true);
  });
}

/** Answers as somebody made them. */
function withAnswers(changed: (body: string) => string): Between {
  return (transport) => async (request) => {
    const answer = await transport(request);
    return { ...answer, body: answer.body === '' ? '' : changed(answer.body) };
  };
}

function withoutMember(body: string, member: string): string {
  return JSON.stringify(JSON.parse(body, (name, value) => (name === member ? undefined : value)));
}

/** Without whatever in a list has one of these texts in it. */
function withoutItems(body: string, texts: readonly string[]): string {
  const isHidden = (value: unknown) => texts.some((text) => text !== '' && JSON.stringify(value).includes(text));
  if (body.startsWith('<')) return body.replace(/<member>.*?<\/member>/gs, (one) => (isHidden(one) ? '' : one));
  return JSON.stringify(
    JSON.parse(body, (_name, value) =>
      Array.isArray(value) ? value.filter((one) => typeof one !== 'object' || !isHidden(one)) : value,
    ),
  );
}

function withBody(request: HttpRequest, body: string): HttpRequest {
  return { ...request, body, headers: { ...request.headers, 'content-length': String(Buffer.byteLength(body)) } };
}
