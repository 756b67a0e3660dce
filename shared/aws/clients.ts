/** The clients of AWS. Region, credentials and endpoints come from the environment, as the SDK reads them. */
import { isThrottled, nameOf } from './service-error.ts';

/** The SDK's own default waits for ever; a packet that is swallowed must not cost the whole time limit. Milliseconds. */
export const clientOptions = {
  maxAttempts: 4,
  requestHandler: { connectionTimeout: 2000, requestTimeout: 5000, throwOnRequestTimeout: true },
};

type ClientClass<C> = new (options: Partial<typeof clientOptions>) => C;

let requests = 0;

/** How many requests this process has sent to AWS, repeats among them. */
export const requestsSent = (): number => requests;

const clients = new Map<unknown, unknown>();

/**
 * The one client of its class in this process, made when it is first needed. The caller brings the class, so that a bundle holds
 * no client that it does not use, and loads each with the module that needs it.
 */
export function clientOf<C>(Client: ClientClass<C>, options: Partial<typeof clientOptions> = clientOptions): C {
  const known = clients.get(Client);
  if (known instanceof Client) return known;
  const made = new Client(options);
  watched(made as unknown as Watchable);
  clients.set(Client, made);
  return made;
}

/** From now on this one. For tests, and for whoever must reach AWS in a way of their own. */
export function useClient<C>(Client: ClientClass<C>, client: C): void {
  clients.set(Client, client);
}

type Middleware = (
  next: (args: object) => Promise<object>,
  /** One for each call, with all its repeats. */
  context: object,
) => (args: object) => Promise<object>;

interface Watchable {
  readonly middlewareStack: { add(middleware: Middleware, options: object): void };
}

/** Counts requests; and a call that is aborted while the SDK repeats it fails as it was turned away: why it took so long. */
function watched({ middlewareStack }: Watchable): void {
  const turnedAway = new WeakMap<object, unknown>();
  const seen: Middleware = (next, context) => async (args) => {
    requests += 1;
    try {
      return await next(args);
    } catch (error) {
      if (isThrottled(error)) turnedAway.set(context, error);
      throw error;
    }
  };
  const explained: Middleware = (next, context) => async (args) => {
    try {
      return await next(args);
    } catch (error) {
      throw nameOf(error) === 'AbortError' ? (turnedAway.get(context) ?? error) : error;
    }
  };
  // Behind the SDK's own repeats, and before them.
  middlewareStack.add(seen, { step: 'finalizeRequest', priority: 'low', name: 'seen' });
  middlewareStack.add(explained, { step: 'initialize', name: 'explained' });
}
