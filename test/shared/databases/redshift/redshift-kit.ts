/** What the cases of Redshift share. */
import { redshift } from '../../../../shared/databases/redshift/redshift.ts';
import { stored } from '../../../support/pair-proof.ts';
import type { TestRedshift } from '../../../support/redshift-server.ts';

export function redshiftKit(server: TestRedshift, prefix: string) {
  const { context: ctx } = server;
  let serial = 0;
  const pair = async () => {
    const name = `${prefix}${++serial}`;
    await server.createUser(name, 'Base-password-1');
    const login = server.login(name, 'Base-password-1');
    const other = server.login(`${name}_clone`, 'Clone-password-1');
    /** `others`: passwords that the secret has for `to`. */
    const align = async (from = login, to = other, others: readonly string[] = []) => {
      const session = await redshift.connect(server.superuser, ctx);
      try {
        await session.cloneUser(from.username, to.username, to.password, stored(from.password, ...others));
      } finally {
        await session.close();
      }
    };
    return { name, login, other, align };
  };
  const privileges = async (login: typeof server.superuser) => {
    const session = await redshift.connect(login, ctx);
    const lines = await session.privileges();
    await session.close();
    return lines;
  };
  return { pair, privileges };
}
