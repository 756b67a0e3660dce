/** The packaged functions while calls are cut off, answered with errors, or the process is killed. */
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { packaged } from '../support/packaged.ts';

const house = await packaged({ automaticRetries: 2 });
const { sandbox } = house;
afterAll(() => house.close());
beforeEach(() => sandbox.faults.clear());
const nameOf = (arn: string) => arn.split(':').at(-1) ?? '';

const kinds = [
  { kind: 'singleUser', calls: 10 },
  { kind: 'alternatingUsers', calls: 11 },
] as const;

describe.each(kinds)('$kind', ({ kind, calls }) => {
  describe.each(['before', 'after'] as const)('%s it took effect', (when) => {
    it.each(['cut', 'error'] as const)(
      'each call in turn ends with: %s. The rotation passes, as one try',
      async (action) => {
        const arn = house.register(kind);
        const secret = await house.secret();

        for (let nth = 1; nth <= calls; nth++) {
          sandbox.faults.add({ service: 'secretsmanager', caller: nameOf(arn), nth, action, when });
          const { token, error } = await house.rotate(secret, arn);

          expect(error, `call ${nth}`).toBeUndefined();
          expect(sandbox.faults.pending(), `call ${nth} was not hit`).toEqual([]);
          expect((await house.labels(secret)).AWSCURRENT, `call ${nth}`).toBe(token);
          expect(attempts(token), `call ${nth}`).toBe(1);
          expect(await house.opens(await house.value(secret)), `call ${nth}`).toBe(true);
        }
      },
    );

    it('each call in turn is the last of its process (SIGKILL). The service’s retry converges', async () => {
      const arn = house.register(kind);
      const secret = await house.secret();

      for (let nth = 1; nth <= calls; nth++) {
        sandbox.faults.add({ service: 'secretsmanager', caller: nameOf(arn), nth, action: 'kill', when });
        const { token } = await house.rotate(secret, arn);

        expect(sandbox.faults.pending(), `call ${nth} was not hit`).toEqual([]);
        expect((await house.labels(secret)).AWSCURRENT, `call ${nth}`).toBe(token);
        expect((await house.labels(secret)).AWSPENDING, `call ${nth}`).toBeUndefined();
        expect(await house.opens(await house.value(secret)), `call ${nth}`).toBe(true);
        if (kind === 'alternatingUsers') expect(await house.opens(await house.value(secret, 'AWSPREVIOUS'))).toBe(true);
      }
    });
  });

  it('is throttled on every call once, and passes', async () => {
    const arn = house.register(kind);
    const secret = await house.secret();
    for (const operation of ['DescribeSecret', 'GetSecretValue', 'PutSecretValue', 'UpdateSecretVersionStage']) {
      sandbox.faults.add({ operation, caller: nameOf(arn), action: 'throttle' });
    }

    const { error } = await house.rotate(secret, arn);

    expect(error).toBeUndefined();
    expect(sandbox.faults.pending()).toEqual([]);
  });
});

function attempts(token: string): number {
  return Math.max(
    ...sandbox.secretsManager.history.filter((record) => record.token === token).map(({ attempt }) => attempt),
  );
}
