/** A person wants AWSPREVIOUS back, and it cannot be AWSCURRENT again. */
import { describe, expect, it } from 'vitest';
import type { DatabaseSecret } from '../../../shared/databases/secret.ts';
import {
  AuthenticationError,
  InvalidSecretError,
  PermissionError,
  StagingError,
  TargetMismatchError,
} from '../../../shared/rotation/errors.ts';
import type { RotationStrategy } from '../../../shared/rotation/strategy.ts';
import { crashPlan } from '../../conformance/crash.ts';
import { rollback } from '../../conformance/rotate.ts';
import { changed, type MemoryWorld } from '../../support/memory-world.ts';
import { failsWith, rotated } from '../../support/rolled-back.ts';
import { byLabel } from '../../support/store.ts';

describe('a value that cannot be brought back', () => {
  const refusal = async (make: (here: MemoryWorld) => MemoryWorld | Promise<MemoryWorld>) => {
    const { here } = await rotated();
    return rollback(await make(here)).catch((error) => error);
  };
  const told = 'what is gone, revoked or refused does not come back: rotate again, for a value that works';

  it('has no value', async () => {
    const error = await refusal((here) => {
      const { read } = here.store.versions;
      here.store.versions.read = async (id, label, version) =>
        label === 'AWSPREVIOUS' ? undefined : read(id, label, version);
      return here;
    });

    expect(error).toBeInstanceOf(StagingError);
    expect(error).toMatchObject({
      code: 'PREVIOUS_UNUSABLE',
      fact: 'AWSPREVIOUS of memory/secret has no value',
      hint: told,
    });
  });

  it('is looked for more than once, for reads lag', async () => {
    const { here, labels } = await rotated();
    const { read } = here.store.versions;
    let times = 0;
    here.store.versions.read = async (id, label, version) =>
      label === 'AWSPREVIOUS' && times++ < 2 ? undefined : read(id, label, version);

    await rollback(here);

    expect((await byLabel(here.store)).AWSCURRENT).toBe(labels.AWSPREVIOUS);
  });

  it('is one that a policy of the server refuses, and the message says so of AWSPREVIOUS', async () => {
    const cause = new PermissionError('the server takes no value like AWSPENDING', {
      code: 'PASSWORD_REFUSED',
      hint: 'take AWSPENDING off',
    });

    const error = await refusal((here) => changed(here, failsWith(cause)));

    expect(error).toMatchObject({
      code: 'PREVIOUS_UNUSABLE',
      fact: 'the server takes no value like AWSPREVIOUS',
      hint: told,
      cause,
    });
  });

  it('is for another place, and the hint leads to no lock-out', async () => {
    const cause = new TargetMismatchError('AWSPENDING and AWSCURRENT name another host', {
      hint: 'abandon it',
      ofPending: true,
    });

    const error = await refusal((here) => changed(here, failsWith(cause)));

    expect(error).toMatchObject({
      code: 'PREVIOUS_UNUSABLE',
      fact: 'AWSPREVIOUS and AWSCURRENT name another host',
      hint: 'a secret is for one user at one place: rotate again; only if another host is meant, and its value works, move AWSCURRENT there by hand',
    });
  });

  it.each([
    new TargetMismatchError('the superuser secret names another host', { hint: 'h', about: 'arn:superuser' }),
    new TargetMismatchError('nothing tells that they are a pair', { hint: 'h' }),
    new AuthenticationError('refused', { hint: 'h' }),
    new Error('a defect'),
  ])('is not what any other trouble is about: %s', async (trouble) => {
    expect(await refusal((here) => changed(here, failsWith(trouble)))).toBe(trouble);
  });

  it('cannot be read, and its parser is not quoted; a defect of the parser stays one', async () => {
    const parse = (error: Error) => (here: MemoryWorld) => {
      const { schema } = here.strategy(crashPlan());
      const broken: RotationStrategy<DatabaseSecret>['schema'] = {
        ...schema,
        parse: (text, what) => {
          if (what.startsWith('AWSPREVIOUS')) throw error;
          return schema.parse(text, what);
        },
      };
      return changed(here, () => ({ schema: broken }));
    };

    const error = await refusal(parse(new InvalidSecretError('AWSPREVIOUS has no host', { hint: 'store another' })));
    const defect = await refusal(parse(new Error('a defect')));

    expect(error).toMatchObject({ code: 'PREVIOUS_UNUSABLE', fact: 'AWSPREVIOUS has no host', hint: told });
    expect(defect.message).toBe('a defect');
  });

  it('says which version has AWSPENDING, or that AWSPREVIOUS is elsewhere, or that rotation is off', async () => {
    const { here, labels } = await rotated();
    const elsewhere = rollback(here, { version: 'another' });
    await expect(elsewhere).rejects.toMatchObject({
      fact: 'AWSPREVIOUS of memory/secret is not on version another',
      hint: 'look at the labels, then name the version that has it',
    });

    const token = await here.store.begin();
    await expect(rollback(here)).rejects.toMatchObject({
      fact: `a rotation of memory/secret is unfinished: AWSPENDING is on version ${token}`,
      hint: expect.stringContaining('rekey abandon'),
    });

    await here.store.switchOff();
    await expect(rollback(here)).rejects.toMatchObject({
      fact: expect.stringContaining('rotation is switched off for memory/secret'),
      hint: expect.stringContaining('roll back again'),
    });
    expect(await byLabel(here.store)).toMatchObject(labels);
  });
});
