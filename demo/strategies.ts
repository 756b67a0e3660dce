export type StrategyName = 'single-user' | 'alternating-users' | 'dual-password' | 'superuser-set';

/** What a rotation that goes well costs, on every engine. */
export interface StrategyFacts {
  readonly title: string;
  readonly needsSuperuser: boolean;
  /** Is AWSCURRENT refused for a moment? Then the old password is worth nothing afterwards. */
  readonly hasOutage: boolean;
  /** Calls to Secrets Manager. A superuser secret is one call more than the ten on the rotated one. */
  readonly calls: number;
  /** Logins of the function. */
  readonly logins: number;
}

export const strategies: Readonly<Record<StrategyName, StrategyFacts>> = {
  'single-user': {
    title: 'SINGLE USER: one user, its password changes',
    needsSuperuser: false,
    hasOutage: true,
    calls: 10,
    logins: 2,
  },
  'alternating-users': {
    title: 'ALTERNATING USERS: two users take turns',
    needsSuperuser: true,
    hasOutage: false,
    calls: 11,
    logins: 3,
  },
  'dual-password': {
    title: 'DUAL PASSWORD: one user, the previous password stays valid',
    needsSuperuser: false,
    hasOutage: false,
    calls: 10,
    logins: 2,
  },
  'superuser-set': {
    title: 'SUPERUSER SET: one user, a superuser sets its password',
    needsSuperuser: true,
    hasOutage: true,
    calls: 11,
    logins: 3,
  },
};

export const strategyNames = Object.keys(strategies) as StrategyName[];
