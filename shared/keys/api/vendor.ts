/** What all calls of one vendor have in common: its name, its address, and how the admin credential is shown. */
import type { Access, KeyAccess, KeySecret } from '../provider.ts';
import type { Answer, Api, Call } from './call.ts';
import { send } from './send.ts';

/** A credential as a call shows it. */
export interface Shown {
  /** Who it is, for messages: 'the admin key', 'the new key'. */
  readonly as: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** `A` is what the vendor's schema of admin secrets parses. */
export interface VendorOptions<A extends KeySecret> {
  readonly name: string;
  /** 'https://api.sendgrid.com': the same for everybody, or as AWSCURRENT says. Throws InvalidSecretError when that is no place. */
  readonly base: string | ((access: KeyAccess) => string);
  readonly admin: (access: Access<KeySecret, A>) => Shown | Promise<Shown>;
}

type More = Pick<Call, 'json' | 'form' | 'expected'>;

export interface Vendor<A extends KeySecret> {
  at(access: KeyAccess): Api;
  as(who: Shown, access: KeyAccess, method: Call['method'], path: string, more?: More): Promise<Answer>;
  asAdmin(access: Access<KeySecret, A>, method: Call['method'], path: string, more?: More): Promise<Answer>;
}

export function vendor<A extends KeySecret>({ name, base, admin }: VendorOptions<A>): Vendor<A> {
  const own: Vendor<A> = {
    at: (access) => ({
      name,
      base: typeof base === 'string' ? base : base(access),
      ctx: access.ctx,
      transport: access.transport,
    }),
    as: (who, access, method, path, more) => send(own.at(access), { method, path, ...who, ...more }),
    asAdmin: async (access, ...call) => own.as(await admin(access), access, ...call),
  };
  return own;
}

export const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

export const basic = (user: string, password: string) => ({
  authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
});
