/** Answers of providers: those of the doubles, in which something is not as it should be. */
import fc from 'fast-check';
import type { ProviderDouble } from '../../../local/doubles/double.ts';
import type { HttpAnswer, Transport } from '../../../shared/keys/api/transport.ts';
import type { AcceptingProvider, IssuingProvider } from '../../../shared/keys/provider.ts';
import { configurationCheck, wholeRotation } from '../../../test/conformance/rotate.ts';
import { keyWorld } from '../../../test/support/key-world.ts';
import { changed, type Mutation, mutation, oddText } from '../mutation.ts';
import { target } from '../target.ts';
import { type Vendor, vendorNames, vendorOf } from '../vendors.ts';

interface Odd {
  /** Which call of the rotation. */
  readonly call: number;
  readonly status?: number | undefined;
  readonly body?: Mutation | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** The answer repeats what was sent, as some do in their errors. */
  readonly echoes: boolean;
}

const odd: fc.Arbitrary<Odd> = fc.record({
  call: fc.nat(9),
  status: fc.option(fc.constantFrom(200, 201, 204, 302, 400, 401, 403, 404, 409, 410, 422, 100, 299, 999), {
    nil: undefined,
    freq: 3,
  }),
  body: fc.option(mutation, { nil: undefined, freq: 8 }),
  headers: fc.option(fc.dictionary(fc.constantFrom('link', 'retry-after', 'x-next', 'date', 'content-type'), oddText), {
    nil: undefined,
    freq: 2,
  }),
  echoes: fc.boolean(),
});

/** Fields by which an owner may say how long keys live. */
const OPTIONS = { expires_after_hours: 24, expires_in_seconds: 86_400, expires_in_days: 30 };

/** For a key that is refused, nobody waits here until it has spread. */
const SPREAD_MS = 20;

export async function rotatedAt(
  double: ProviderDouble,
  provider: IssuingProvider | AcceptingProvider,
  through: (transport: Transport) => Transport,
  /** In place of the value of the secret. */
  spoilt: (first: string) => string = (first) => first,
): Promise<void> {
  const signal = AbortSignal.timeout(8_000);
  const world = keyWorld({ ...provider, spreadMs: SPREAD_MS }, double, { signal }, through);
  const first = { ...OPTIONS, ...double.first, ...(double.admin && { masterarn: 'arn:admin' }) };
  await world.store.putCurrent(spoilt(JSON.stringify(first)));
  await wholeRotation(world);
  await configurationCheck(world);
}

export const providerAnswers = target<readonly [vendor: string, odds: readonly Odd[]]>({
  id: 'provider-answers',
  what: 'answers of each provider in a rotation and a configuration check',
  inputs: { whole: 3_000, quick: 100 },
  async begin() {
    const known = new Set<string>();
    return {
      input: fc.tuple(fc.constantFrom(...vendorNames), fc.array(odd, { minLength: 1, maxLength: 3 })),
      secrets: () => [...known].map(withoutPrefix),
      async give([name, all]) {
        const vendor = await vendorOf(name);
        const double = await vendor.start();
        known.clear();
        const note = () => {
          for (const text of [...double.live(), ...textsOf(vendor, double)]) known.add(text);
        };
        note();
        let call = 0;
        const through =
          (transport: Transport): Transport =>
          async (request) => {
            const answer = await transport(request);
            note();
            const here = call++;
            const sent = `${JSON.stringify(request.headers)} ${request.body ?? ''}`;
            return all.filter((one) => one.call === here).reduce((now, one) => oddAnswer(now, one, sent), answer);
          };
        await rotatedAt(double, vendor.provider, through).finally(() => double.close());
      },
    };
  },
});

/** A vendor's own beginning of all its keys is no secret: `glpat-`, `mdb_sa_sk_`. */
function withoutPrefix(key: string): string {
  return key.replace(/^(?:[A-Za-z]{2,6}[._-])+/, '');
}

/** What is confidential in the secrets that the double begins with. */
function textsOf({ provider }: Vendor, { first, admin }: ProviderDouble): readonly string[] {
  const own = provider.schema.parse(JSON.stringify(first), 'first');
  const confidential = [...provider.schema.confidential(own)];
  if (admin === undefined) return confidential;
  return [
    ...confidential,
    ...provider.adminSchema.confidential(provider.adminSchema.parse(JSON.stringify(admin), 'admin')),
  ];
}

function oddAnswer(answer: HttpAnswer, { status, body, headers, echoes }: Odd, sent: string): HttpAnswer {
  const said = body === undefined ? answer.body : changed(answer.body, body);
  return {
    status: status ?? answer.status,
    headers: { ...answer.headers, ...headers },
    body:
      echoes && status !== undefined
        ? JSON.stringify({ error: sent, message: sent, errors: [{ message: sent, code: sent }] })
        : said,
  };
}

/** Secret values of keys, in a whole rotation. */
export const keyValues = target<readonly [vendor: string, change: Mutation]>({
  id: 'secret-values/keys',
  what: 'secret JSON of each provider as AWSCURRENT of a whole rotation',
  inputs: { whole: 1_500, quick: 50 },
  async begin() {
    let known: readonly string[] = [];
    return {
      input: fc.tuple(fc.constantFrom(...vendorNames), mutation),
      secrets: () => known.map(withoutPrefix),
      async give([name, change]) {
        const vendor = await vendorOf(name);
        const double = await vendor.start();
        known = textsOf(vendor, double);
        const rotating = rotatedAt(
          double,
          vendor.provider,
          (transport) => transport,
          (first) => changed(first, change),
        );
        await rotating.finally(() => double.close());
      },
    };
  },
});
