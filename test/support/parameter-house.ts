/** The packaged functions for PostgreSQL, a real server, and users of it whose secret is a parameter. */
import { randomUUID } from 'node:crypto';
import { packaged } from './packaged.ts';
import { type ParameterStore, parameterStore, ssmTestClient } from './parameter-store.ts';

type Kind = 'singleUser' | 'alternatingUsers';

/** The function's name in its ARN. */
export const nameOf = (arn: string) => arn.split(':').at(-1) ?? '';

export async function parameterHouse() {
  const house = await packaged();
  const { sandbox } = house;
  const client = ssmTestClient(sandbox);
  const callsOf = (arn: string) =>
    sandbox.requests.filter(({ caller, service }) => caller === nameOf(arn) && service === 'ssm');

  /** A database user whose secret is a parameter, and the function that rotates it. */
  const planted = async (kind: Kind = 'singleUser') => {
    const value = await house.value(await house.secret());
    const store = await parameterStore(client, JSON.stringify(value));
    const arn = sandbox.functions.register(`${kind}-${randomUUID()}`, {
      file: new URL('../../dist/postgres/index.mjs', import.meta.url).pathname,
      export: kind,
      env: { NOTIFICATION_TOPIC_ARN: house.topicArn, DATABASE_CA_BUNDLE: house.server.caFile },
      timeoutSeconds: 30,
    });
    const rotate = (event: Record<string, unknown> = {}) =>
      sandbox.functions.invoke(arn, { Parameter: store.secretId, Token: randomUUID(), ...event });
    return { store, arn, rotate, before: value };
  };

  const current = async (store: ParameterStore) => JSON.parse(await store.plainRead()) as Record<string, unknown>;
  const messages = (store: ParameterStore) =>
    sandbox.sns.messages
      .map(({ subject, message }) => ({ subject, body: JSON.parse(message) }))
      .filter(({ body }) => body.secret.name === store.secretId);
  const versionsOf = async (store: ParameterStore) => {
    const { Parameters } =
      (await sandbox.ssm.call('GetParameterHistory', { Name: store.secretId }, { region: 'us-east-1' })) ?? {};
    return Parameters as { Version: number; Labels: string[] }[];
  };
  const close = async () => {
    client.destroy();
    await house.close();
  };
  return { house, planted, current, messages, versionsOf, callsOf, close };
}
