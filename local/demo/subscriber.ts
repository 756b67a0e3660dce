import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Notification {
  readonly subject: string;
  /** The message of a rotation function, parsed. */
  readonly body: Readonly<Record<string, unknown>>;
}

export interface Subscriber {
  readonly endpoint: string;
  readonly notifications: readonly Notification[];
  readonly isConfirmed: boolean;
  close(): Promise<void>;
}

/** What listens behind a topic: confirms its subscription as the message asks it to, and keeps what it is told. */
export async function startSubscriber(sandboxUrl: string): Promise<Subscriber> {
  const notifications: Notification[] = [];
  let isConfirmed = false;
  const server = createServer(async (request, response) => {
    const { Type, SubscribeURL, Subject, Message } = JSON.parse((await request.toArray()).join(''));
    response.end();
    if (Type === 'Notification') notifications.push({ subject: String(Subject), body: JSON.parse(Message) });
    if (Type !== 'SubscriptionConfirmation' || !String(SubscribeURL).startsWith(sandboxUrl)) return;
    isConfirmed = (await fetch(SubscribeURL)).ok;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    notifications,
    get isConfirmed() {
      return isConfirmed;
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
