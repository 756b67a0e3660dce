/** Pairs of users on a real PostgreSQL server, for its own cases. */
import { postgres } from '../../../../shared/databases/postgres/postgres.ts';
import { stored } from '../../../support/pair-proof.ts';
import type { RealPostgres } from '../../../support/postgres-server.ts';

/** `prefix` keeps the names of one file's users apart from those of another. */
export function postgresKit(server: RealPostgres, prefix: string) {
  const { context: ctx } = server;
  let serial = 0;
  const pair = async () => {
    const name = `${prefix}${++serial}`;
    await server.createUser(name, 'base password');
    const login = server.login(name, 'base password');
    const other = server.login(`${name}_clone`, 'clone password');
    /** `others`: passwords that the secret has for `to`. */
    const align = async (
      from: string,
      to: string,
      password: string,
      others: readonly string[] = [],
      by = server.superuser,
    ) => {
      const session = await postgres.connect(by, ctx);
      try {
        await session.cloneUser(from, to, password, stored('unused', ...others));
      } finally {
        await session.close();
      }
    };
    return { login, other, align };
  };
  const privileges = async (login: typeof server.superuser) => {
    const session = await postgres.connect(login, ctx);
    const lines = await session.privileges();
    await session.close();
    return lines;
  };
  return { ctx, pair, privileges, count: () => ++serial };
}
