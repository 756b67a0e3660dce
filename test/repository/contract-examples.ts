/**
 * The examples at the public contracts, word for word, so that the compiler sees them and contracts.test.ts can run them. What a test
 * looks at afterwards is returned, and is no part of the text.
 */
import {
  type DatabaseEngine,
  type DatabaseSession,
  type PairProof,
  withSession,
} from '../../shared/databases/engine.ts';
import { bringIntoLine, type PairNames, type PairPort, type PairUsers } from '../../shared/databases/pair.ts';
import type { DatabaseLogin } from '../../shared/databases/secret.ts';
import type { Generator } from '../../shared/generated/generator.ts';
import type { AcceptingProvider, Access, IssuingProvider } from '../../shared/keys/provider.ts';
import type { RotationContext, RotationStrategy, SecretSchema } from '../../shared/rotation/strategy.ts';
import { holder, type SecretVersions, type VersionId } from '../../shared/rotation/versions.ts';

export const examples = {
  async DatabaseEngine(engine: DatabaseEngine, login: DatabaseLogin, ctx: RotationContext) {
    await withSession(engine, login, ctx, (session) => session.setPassword(login.username, 'A-new-one-1'));
    await withSession(engine, { ...login, password: 'A-new-one-1' }, ctx, (session) => session.ping());
  },

  async DatabaseSession(session: DatabaseSession, other: DatabaseSession) {
    const takeBack = await session.setPassword('app', 'A-new-one-1');
    const [may, should] = [await session.privileges(), await other.privileges()];
    if (may.join() !== should.join()) await takeBack();
  },

  async PairPort<User>(port: PairPort<User>, names: PairNames, proof: PairProof) {
    await bringIntoLine(port, names, proof);
  },

  async PairUsers<User>(users: PairUsers<User>, names: PairNames) {
    const { inUse, other } = await users.read(names);
    if (inUse !== undefined && other === undefined) await users.make(inUse);
  },

  async IssuingProvider(provider: IssuingProvider, access: Access) {
    const pending = await provider.issue('rekey prod/app', access, await provider.keys(access));
    await provider.verify(pending, access);
    const id = await provider.identify(access.current, access);
    if (id !== undefined) await provider.revoke(id, access, access.current);
    return { pending };
  },

  async AcceptingProvider(provider: AcceptingProvider, access: Access) {
    const pending = provider.make(access);
    await provider.accept(pending, access, async () => []);
    await provider.verify(pending, access);
    return { pending };
  },

  async Generator(generator: Generator) {
    const made = await generator.make();
    const fault = generator.faultOf(made);
    return { made, fault };
  },

  async SecretSchema(schema: SecretSchema<object>, text: string, ctx: RotationContext) {
    const value = schema.parse(text, 'AWSCURRENT of prod/app');
    ctx.redact.add(...schema.confidential(value));
    const stored = schema.format?.(value) ?? JSON.stringify(value);
    return { stored };
  },

  async RotationContext(ctx: RotationContext, username: string, password: string) {
    ctx.redact.add(password);
    ctx.log('waiting for the user to be there', { username });
    await ctx.pause(100);
  },

  async RotationStrategy<S extends object>(strategy: RotationStrategy<S>, current: S, ctx: RotationContext) {
    const pending = await strategy.create(
      { current, previous: async () => undefined, stored: async () => undefined },
      ctx,
    );
    const change = await strategy.set(
      { pending, current, previous: async () => undefined, forgotten: async function* () {} },
      ctx,
    );
    try {
      await strategy.test({ pending, current }, ctx);
    } catch (error) {
      await change.undo?.();
      throw error;
    } finally {
      await change.close();
    }
    return { pending };
  },

  async SecretVersions(versions: SecretVersions, id: string, token: VersionId) {
    const { labels } = await versions.describe(id);
    await versions.put(id, token, '{"password":"a new one"}');
    await versions.promote(id, token, holder(labels, 'AWSCURRENT'));
    await versions.dropPending(id, token);
    const current = await versions.read(id, 'AWSCURRENT');
    return { current };
  },
};
