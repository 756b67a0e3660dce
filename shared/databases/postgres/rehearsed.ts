import type { Connection } from './connection.ts';

/**
 * The same connection, none of whose changes stays: what a transaction would do is done, and rolled back. It ends where a statement
 * would stand in no transaction, for what comes after builds on it.
 */
export function rehearsedOn(connection: Connection): Connection {
  return {
    ...connection,
    async transaction(mode, work, first) {
      let result: { readonly of: Awaited<ReturnType<typeof work>> } | undefined;
      try {
        const undone = async (...given: Parameters<typeof work>): Promise<never> => {
          result = { of: await work(...given) };
          throw new RolledBack();
        };
        return await connection.transaction(mode, undone, first);
      } catch (error) {
        if (error instanceof RolledBack && result !== undefined) return result.of;
        throw error;
      }
    },
    alone: () => Promise.reject(new RolledBack()),
  };
}

/** Thrown where a rehearsal ends. Nothing was found. */
export class RolledBack extends Error {
  override readonly name = 'RolledBack';
}
