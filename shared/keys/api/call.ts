/** One call of a provider's API, and what comes back. */
import type { RotationContext } from '../../rotation/strategy.ts';
import type { Part } from './read.ts';
import type { HttpAnswer, HttpRequest, Transport } from './transport.ts';

export interface Api {
  /** The provider, for messages. */
  readonly name: string;
  /** 'https://api.sendgrid.com'. */
  readonly base: string;
  readonly ctx: RotationContext;
  /** Absent: the network. */
  readonly transport?: Transport | undefined;
  readonly lookup?: HttpRequest['lookup'];
}

export interface Call {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below the base; its parts are the caller's to encode. */
  readonly path: string;
  /** Who asks, for messages: 'the admin credential', 'the new key'. */
  readonly as: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly json?: unknown;
  /** Sent as a form. */
  readonly form?: Readonly<Record<string, string>>;
  /** Statuses besides 2xx that the caller has an answer to: 404 when a key may be gone. */
  readonly expected?: readonly number[];
}

/** Its body is an object, a list, or undefined when it is empty. */
export interface Answer extends Part {
  readonly status: number;
  readonly headers: HttpAnswer['headers'];
}
