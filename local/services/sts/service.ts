import { callOf, invalidAction, type Operations } from '../../aws/operation.ts';
import { type Account, arnOf, type Service } from '../../aws/service.ts';

/** STS, as far as it says who calls: a function with its role, or else the account's root. */
export function sts(account: Account, callerOf: (accessKeyId: string) => string | undefined): Service {
  const operations: Operations<undefined> = {
    GetCallerIdentity: (_input, _world, { accessKeyId = '' }) => {
      const name = callerOf(accessKeyId);
      const [service, resource, id] = name
        ? ['sts', `assumed-role/sandbox/${name}`, `AROASANDBOX:${name}`]
        : ['iam', 'root', account.accountId];
      return { Arn: arnOf(account, service, resource, ''), UserId: id, Account: account.accountId };
    },
  };
  return { name: 'sts', call: callOf(operations, undefined, invalidAction('2011-06-15')), reset: () => {} };
}
