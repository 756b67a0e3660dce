/** A secret or a parameter: what its store, and whoever looks after it by hand, can do to it. */
import { randomUUID } from 'node:crypto';
import { UpdateSecretVersionStageCommand } from '@aws-sdk/client-secrets-manager';
import type { Stage } from '../../demo/stage.ts';
import { rotationSteps } from '../../shared/rotation/strategy.ts';
import { parameterStore, ssmTestClient } from '../../test/support/parameter-store.ts';
import { sandboxStore } from '../../test/support/sandbox-store.ts';
import { byLabel, type TestStore } from '../../test/support/store.ts';

export interface Kept {
  readonly id: string;
  readonly store: TestStore;
  /** The token of a new rotation; undefined where the store says that another one is not complete. */
  begin(): Promise<string | undefined>;
  /** What the function is sent in one rotation. */
  events(token: string): readonly Sent[];
  /** Somebody makes AWSPREVIOUS current, where there is one, and looks at nothing else. */
  moveBack(): Promise<void>;
}

export interface Sent {
  readonly step: string;
  readonly event: Record<string, unknown>;
}

export async function secretOf({ sandbox, secretsManager }: Stage, initial: object): Promise<Kept> {
  const store = await sandboxStore(sandbox, secretsManager, JSON.stringify(initial));
  const { secretId } = store;
  return {
    id: secretId,
    store,
    begin: () =>
      store.begin().catch((error: Error) => {
        if (error.name === 'InvalidRequestException') return undefined;
        throw error;
      }),
    events: (token) =>
      rotationSteps.map((step) => ({
        step,
        event: { Step: step, SecretId: secretId, ClientRequestToken: token, RotationToken: token },
      })),
    async moveBack() {
      const { AWSCURRENT, AWSPREVIOUS } = await byLabel(store);
      if (AWSPREVIOUS === undefined) return;
      const moved = { MoveToVersionId: AWSPREVIOUS, RemoveFromVersionId: AWSCURRENT };
      await secretsManager.send(
        new UpdateSecretVersionStageCommand({ SecretId: secretId, VersionStage: 'AWSCURRENT', ...moved }),
      );
    },
  };
}

export async function parameterOf(stage: Stage, initial: object): Promise<Kept> {
  const client = ssmTestClient(stage.sandbox);
  stage.whenClosed(() => client.destroy());
  const store = await parameterStore(client, JSON.stringify(initial));
  const { secretId } = store;
  return {
    id: secretId,
    store,
    begin: async () => randomUUID(),
    events: (Token) => [{ step: 'the rotation', event: { Parameter: secretId, Token } }],
    async moveBack() {
      const { AWSPREVIOUS } = await byLabel(store);
      if (AWSPREVIOUS !== undefined) await store.putCurrent(String(await store.valueOf(AWSPREVIOUS)));
    },
  };
}
