import { createServer } from 'node:http';
import { listen, stop } from '../loopback.ts';

export interface Notification {
  readonly subject: string;
  /** The message of a rotation function, parsed. */
  readonly body: Readonly<Record<string, unknown>>;
}

export type Subscriber = Awaited<ReturnType<typeof startSubscriber>>;

/** What listens behind a topic: confirms its subscription as the message asks it to, and keeps what it is told. */
export async function startSubscriber(sandboxUrl: string) {
  const notifications: Notification[] = [];
  let isConfirmed = false;
  const server = createServer(async (request, response) => {
    const { Type, SubscribeURL, Subject, Message } = JSON.parse((await request.toArray()).join(''));
    response.end();
    if (Type === 'Notification') notifications.push({ subject: String(Subject), body: JSON.parse(Message) });
    if (Type !== 'SubscriptionConfirmation' || !String(SubscribeURL).startsWith(sandboxUrl)) return;
    isConfirmed = (await fetch(SubscribeURL)).ok;
  });
  const port = await listen(server);
  return {
    endpoint: `http://127.0.0.1:${port}/`,
    notifications: notifications as readonly Notification[],
    get isConfirmed(): boolean {
      return isConfirmed;
    },
    close: () => stop(server),
  };
}
