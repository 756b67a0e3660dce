/** The packaged function of a provider, a double of the provider, and secrets with keys. */
import type { ProviderDouble } from '../../local/doubles/double.ts';
import { type PackagedFunctions, packagedFunctions } from './packaged-functions.ts';

export interface PackagedKey extends PackagedFunctions {
  readonly double: ProviderDouble;
  /** The double's first key, with its admin secret named where it has one. */
  secret(fields?: Record<string, unknown>, tags?: Record<string, string>): Promise<string>;
}

/** `bundle` is the folder in dist. */
export async function packagedKey(bundle: string, start: () => Promise<ProviderDouble>): Promise<PackagedKey> {
  const double = await start();
  const SCHEDULER_ROLE_ARN = 'arn:aws:iam::123456789012:role/call-back';
  const functions = await packagedFunctions(bundle, { PROVIDER_ENDPOINT: double.url, SCHEDULER_ROLE_ARN });
  const masterarn = double.admin && (await functions.rawSecret(JSON.stringify(double.admin), 'admin'));
  return {
    ...functions,
    double,
    secret: (fields = {}, tags = {}) =>
      functions.rawSecret(
        JSON.stringify({ ...double.first, ...(masterarn && { masterarn }), ...fields }),
        undefined,
        tags,
      ),
    async close() {
      await functions.close();
      await double.close();
    },
  };
}
