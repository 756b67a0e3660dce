/** Two users take turns, so AWSCURRENT works at every moment. A superuser makes the other one ready. */

import { AuthenticationError, advised, PermissionError, type RotationError } from '../../rotation/errors.ts';
import type { Change, RotationContext, RotationStrategy } from '../../rotation/strategy.ts';
import { ROLLBACK } from '../../rotation/strategy.ts';
import { PENDING } from '../../rotation/versions.ts';
import type { DatabaseEngine, Rehearsal } from '../engine.ts';
import { openSession, withSession } from '../engine.ts';
import { difference, requireEqualRights } from '../equal-rights.ts';
import { generatePassword } from '../password.ts';
import { requireSameTarget, samePlace } from '../place.ts';
import type { DatabaseLogin, DatabaseSecret } from '../secret.ts';
import { databaseSecretSchema } from '../secret.ts';
import { replayed } from './replayed.ts';
import { olderPasswords } from './stored-login.ts';
import { checkSuperuser, connectSuperuser } from './superuser-session.ts';
import type { SuperuserSource } from './superuser-source.ts';

export function alternatingUsersStrategy(
  engine: DatabaseEngine,
  source: SuperuserSource,
): RotationStrategy<DatabaseSecret> {
  return {
    name: 'alternating-users',
    system: engine.name,
    schema: databaseSecretSchema({ accepts: engine.accepts, needsSuperuser: true }),
    outage: 'none',
    together: ['username', 'password'],
    cutover: 'set',

    create: async ({ current }, ctx) => ({
      ...current,
      username: engine.counterpart(current.username),
      password: generatePassword(engine.password, ctx.password),
    }),

    async set({ pending, current, ...older }, ctx) {
      requireSameTarget(engine, pending, current, engine.counterpart(current.username));
      const asItIs = ctx.asked === ROLLBACK && (await servesStill(engine, pending, current, ctx));
      if (asItIs) return { ...asItIs, test: async () => {}, close: async () => {} };
      // Who the superuser is may be asked for while the user is proven.
      const asking = source.superuserFor(current, engine, ctx);
      asking.catch(() => {});
      // Proves that whoever wrote this secret knows the user, before a superuser acts on its word.
      const own = await openSession(engine, current, ctx).catch(async (error: RotationError) => {
        if (error.code !== 'AUTHENTICATION_REFUSED') throw error;
        await lookAtPrevious(engine, pending, current, older.previous, ctx);
        throw advised(error, wayOut(current.username));
      });
      try {
        // The rights are to be brought into line in the database that the users work in.
        const superuser = inDatabaseOf(current, await asking);
        const session = await connectSuperuser(engine, superuser, current.masterarn, ctx);
        try {
          await session.cloneUser(current.username, pending.username, pending.password, {
            ...own.proven,
            others: () => olderPasswords(engine, { ...current, username: pending.username }, older),
          });
        } finally {
          await session.close();
        }
        ctx.log('the other user is in line', { username: pending.username });
        const onPrimary = samePlace(engine, superuser, current);
        return {
          ...(!onPrimary && { inForce: () => replayed(engine, pending, ctx) }),
          async test(testing) {
            const asked = own.privileges().catch(() => undefined);
            const [may, should] = await Promise.all([privilegesOf(engine, pending, testing), asked]);
            if (should !== undefined && difference(may, should) === undefined) return;
            // A login of now may do something else than that one, which may be older than the tie of the two. There may be room for one only.
            await own.close();
            await compare(engine, pending, current, testing);
          },
          close: () => own.close(),
        };
      } catch (error) {
        await own.close();
        throw error;
      }
    },

    async test({ pending, current }, ctx) {
      // In a configuration check the two are one, and the login is all there is to prove.
      if (pending.username === current.username) await privilegesOf(engine, pending, ctx);
      else await compare(engine, pending, current, ctx);
    },

    async check({ current, ...older }, ctx) {
      ctx.looksAt?.('superuser');
      const to = engine.counterpart(current.username);
      const password = generatePassword(engine.password, ctx.password);
      const superuser = inDatabaseOf(current, await source.superuserFor(current, engine, ctx));
      const others = () => olderPasswords(engine, { ...current, username: to }, older);
      const proof = { password: current.password, others };
      const rehearse = (rehearsal: Rehearsal) => rehearsal.cloneUser(current.username, to, password, proof);
      await checkSuperuser(engine, superuser, { masterarn: current.masterarn, rehearse }, ctx);
    },
  };
}

/**
 * AWSCURRENT is refused, so the rotation fails whatever is seen here: may applications have the other user meanwhile? Whoever rolls back has
 * tried that value. What goes wrong says nothing.
 */
async function lookAtPrevious(
  engine: DatabaseEngine,
  pending: DatabaseLogin,
  current: DatabaseLogin,
  previous: () => Promise<DatabaseLogin | undefined>,
  ctx: RotationContext,
): Promise<void> {
  const value = await previous().catch(() => undefined);
  if (value?.username !== pending.username || value.password === pending.password) return;
  if (!samePlace(engine, value, current)) return;
  const opened = await withSession(engine, value, ctx, async () => value).catch(() => undefined);
  if (opened !== undefined) ctx.previousOpens?.();
}

/** Nobody but a person knows whether it is there with another password; the other user of the pair may let applications in meanwhile. */
const wayOut = (username: string) =>
  `see that ${username} is there; rekey rollback brings back AWSPREVIOUS, which is the other user, where that works; else reset the password of ${username} by hand, store it with put-secret-value, rotate again`;

function inDatabaseOf({ dbname }: DatabaseLogin, { dbname: _, ...superuser }: DatabaseLogin): DatabaseLogin {
  return dbname === undefined ? superuser : { ...superuser, dbname };
}

function privilegesOf(engine: DatabaseEngine, login: DatabaseLogin, ctx: RotationContext) {
  return withSession(engine, login, ctx, (session) => session.privileges());
}

/**
 * A person brings back the other user's last value: while that works as it is, nothing is changed, and no superuser is needed. Where AWSCURRENT
 * is refused there is nothing to compare with, and nobody to lose a right. Undefined: it has to be made ready.
 */
async function servesStill(
  engine: DatabaseEngine,
  pending: DatabaseLogin,
  current: DatabaseLogin,
  ctx: RotationContext,
): Promise<Pick<Change, 'recoveredWith'> | undefined> {
  const rightsOf = (login: DatabaseLogin) => privilegesOf(engine, login, ctx).catch(unlessRefused);
  const may = await rightsOf(pending);
  if (may === undefined) return undefined;
  const should = await rightsOf(current);
  if (should === undefined) return { recoveredWith: PENDING };
  return difference(may, should) === undefined ? {} : undefined;
}

function unlessRefused(error: unknown): undefined {
  if (error instanceof AuthenticationError || error instanceof PermissionError) return undefined;
  throw error;
}

/** Throws PermissionError when the two logins may do different things. */
async function compare(engine: DatabaseEngine, pending: DatabaseLogin, current: DatabaseLogin, ctx: RotationContext) {
  const asked = [pending, current].map((login) => privilegesOf(engine, login, ctx));
  // When one fails, the other's session is still open.
  await Promise.allSettled(asked);
  const [may = [], should = []] = await Promise.all(asked);
  requireEqualRights({ username: pending.username, may }, { username: current.username, may: should });
}
