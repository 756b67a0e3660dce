import type { KeySecret } from '../../shared/keys/provider.ts';
import { createClient } from '../client.ts';
import { bundleOf } from '../engine.ts';
import { openStage } from '../stage.ts';
import type { ProviderAct } from './act.ts';

export type ProviderStage = Awaited<ReturnType<typeof openProviderStage>>;

/** Short, so that the repeat after a crash need not be waited for: a younger key might still be stored by whoever issued it. */
export const TIME_LIMIT_S = 6;

/** With a double of the provider, a secret that holds a key of it, and an application that uses it. */
export function openProviderStage(name: string, act: ProviderAct, signal: AbortSignal, enforceRoles?: boolean) {
  const { handler = name } = act;
  return openStage(async (stage) => {
    const { sandbox } = stage;
    const client = createClient(sandbox, signal);
    stage.whenClosed(client.stop);
    const double = await act.start();
    stage.whenClosed(double.close);
    const masterarn = double.admin && (await stage.store(`${handler}-admin`, double.admin));
    const secret = await stage.store(`${handler}-key`, { ...double.first, ...(masterarn && { masterarn }) });
    const registered = stage.register(`rekey-${name}-${handler}`, bundleOf(name), {
      export: handler,
      timeoutSeconds: TIME_LIMIT_S,
      env: {
        PROVIDER_ENDPOINT: double.url,
        SCHEDULER_ROLE_ARN: `arn:aws:iam::${sandbox.account.accountId}:role/call-back`,
      },
    });
    client.start({ opens: { provider: name, endpoint: double.url }, secretId: secret, pauseMs: 20 });
    await client.loggedIn(3);
    const valueAt = (label: string) => stage.read<KeySecret>(secret, label);
    return { ...stage, ...registered, double, secret, client, valueAt };
  }, enforceRoles);
}
