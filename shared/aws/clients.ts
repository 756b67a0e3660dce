/** The clients of AWS. Region, credentials and endpoints come from the environment, as the SDK reads them. */

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
  countRequests(made as unknown as Countable);
  clients.set(Client, made);
  return made;
}

/** From now on this one. For tests, and for whoever must reach AWS in a way of their own. */
export function useClient<C>(Client: ClientClass<C>, client: C): void {
  clients.set(Client, client);
}

interface Countable {
  readonly middlewareStack: {
    add(
      middleware: (next: (args: object) => Promise<object>) => (args: object) => Promise<object>,
      options: object,
    ): void;
  };
}

/** Behind the SDK's own repeats. */
function countRequests({ middlewareStack }: Countable): void {
  const count = (next: (args: object) => Promise<object>) => (args: object) => {
    requests += 1;
    return next(args);
  };
  middlewareStack.add(count, { step: 'finalizeRequest', priority: 'low', name: 'countRequests' });
}
