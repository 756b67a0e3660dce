/** What must hold for every store of secret versions. */
import { describe, expect, it } from 'vitest';
import type { TestStore } from '../support/store.ts';
import { byLabel } from '../support/store.ts';

/** `make` gives a store with one secret whose AWSCURRENT value is 'first'. */
export function describeSecretVersions(name: string, make: () => Promise<TestStore>): void {
  describe(`secret versions in ${name}`, () => {
    it('describes labels and versions, the empty pending one too', async () => {
      const store = await make();
      const token = await store.begin();

      const secret = await store.versions.describe(store.secretId);

      expect(secret.rotationEnabled).toBe(true);
      expect(secret.labels[token]).toEqual(['AWSPENDING']);
      expect(secret.labels).toEqual(await store.labels());
    });

    it('has no value for a pending version that was never stored, nor for a label that nobody has', async () => {
      const store = await make();
      const token = await store.begin();

      expect(await store.versions.read(store.secretId, 'AWSPENDING', token)).toBeUndefined();
      expect(await store.versions.read(store.secretId, 'AWSPREVIOUS')).toBeUndefined();
      expect(await store.versions.read(store.secretId, 'AWSCURRENT')).toBe('first');
    });

    it('stores a pending value without moving AWSCURRENT', async () => {
      const store = await make();
      const token = await store.begin();
      const before = await byLabel(store);

      const stored = await store.versions.put(store.secretId, token, 'second');

      expect(stored).toBe('stored');
      expect(await byLabel(store)).toEqual(before);
      expect(await store.versions.read(store.secretId, 'AWSPENDING', token)).toBe('second');
    });

    it('takes the same value twice, and keeps the first when another comes', async () => {
      const store = await make();
      const token = await store.begin();
      await store.versions.put(store.secretId, token, 'second');

      const same = await store.versions.put(store.secretId, token, 'second');
      const other = await store.versions.put(store.secretId, token, 'third');

      expect([same, other]).toEqual(['stored', 'exists']);
      expect(await store.valueOf(token)).toBe('second');
    });

    it('reads a version only by a label that it has', async () => {
      const store = await make();
      const token = await store.begin();
      await store.versions.put(store.secretId, token, 'second');

      expect(await store.versions.read(store.secretId, 'AWSCURRENT', token)).toBeUndefined();
    });

    it('promotes, and AWSPREVIOUS follows by itself', async () => {
      const store = await make();
      const before = (await byLabel(store)).AWSCURRENT;
      const token = await store.begin();
      await store.versions.put(store.secretId, token, 'second');

      await store.versions.promote(store.secretId, token, before);

      expect(await byLabel(store)).toEqual({ AWSCURRENT: token, AWSPENDING: token, AWSPREVIOUS: before });
    });

    it('refuses to promote from a version that does not hold AWSCURRENT', async () => {
      const store = await make();
      const before = (await byLabel(store)).AWSCURRENT;
      const token = await store.begin();
      await store.versions.put(store.secretId, token, 'second');
      await store.versions.promote(store.secretId, token, before);

      const refused = store.versions.promote(store.secretId, token, before);

      await expect(refused).rejects.toMatchObject({ name: 'StagingError', code: 'CURRENT_MOVED' });
    });

    it('moves AWSPENDING to a version that is there, but not away from a rotation that has begun', async ({ skip }) => {
      const store = await make();
      const { markPending, dropPending } = store.versions;
      if (markPending === undefined) return skip('this store has no label that could be moved');
      const first = (await byLabel(store)).AWSCURRENT ?? '';
      const token = await store.begin();
      await store.versions.put(store.secretId, token, 'second');
      const early = markPending(store.secretId, first, undefined);
      await expect(early).rejects.toMatchObject({ name: 'StagingError', code: 'ROTATION_UNFINISHED' });
      await store.versions.promote(store.secretId, token, first);

      await markPending(store.secretId, first, token);

      expect((await store.labels())[first]?.toSorted()).toEqual(['AWSPENDING', 'AWSPREVIOUS']);
      expect(await store.versions.read(store.secretId, 'AWSPREVIOUS', first)).toBe('first');
      await expect(store.begin()).rejects.toThrow();
      const late = markPending(store.secretId, token, token);
      await expect(late).rejects.toMatchObject({ name: 'StagingError', code: 'ROTATION_UNFINISHED' });
      await dropPending(store.secretId, token);
      expect((await byLabel(store)).AWSPENDING).toBe(first);
      await dropPending(store.secretId, first);
      await markPending(store.secretId, first, undefined);
      expect((await byLabel(store)).AWSPENDING).toBe(first);
    });

    it('drops AWSPENDING, also when it is gone', async () => {
      const store = await make();
      const token = await store.begin();
      await store.versions.put(store.secretId, token, 'second');

      await store.versions.dropPending(store.secretId, token);
      await store.versions.dropPending(store.secretId, token);

      expect((await byLabel(store)).AWSPENDING).toBeUndefined();
      expect(await store.valueOf(token)).toBe('second');
    });

    it('still knows the values of versions that lost every label, newest first', async () => {
      const store = await make();
      for (const value of ['lost one', 'lost two']) {
        const token = await store.begin();
        await store.versions.put(store.secretId, token, value);
        await store.abandon();
      }
      await store.begin();

      const found = await Array.fromAsync(store.versions.unlabelled(store.secretId));

      expect(found).toEqual(['lost two', 'lost one']);
    });
  });
}
