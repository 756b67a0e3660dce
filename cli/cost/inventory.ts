/** What is known about an account's secrets and parameters in one region. Never a value. */

/** Who may use a secret by its own policy. `unread`: the policy itself may not be read. */
export type PolicyScope = 'none' | 'own-account' | 'cross-account' | 'unread';

/** Which parameter would hold the value; `unread` unless somebody asked for sizes to be read. */
export type Size = 'unread' | 'empty' | 'standard' | 'advanced' | 'too-large' | 'binary';

export interface SecretFacts {
  readonly name: string;
  readonly arn: string;
  readonly isDeleted: boolean;
  /** The AWS service that manages the secret: `rds`. */
  readonly owningService?: string;
  /** The third party that a managed external secret belongs to. */
  readonly partner?: string;
  /** Set in another region than this one: this secret is a replica of that region's. */
  readonly primaryRegion?: string;
  readonly replicas: number;
  readonly rotates: boolean;
  /** Name of the rotation function. */
  readonly rotationFunction?: string;
  /** How long a rotation may take to begin: `3h`. */
  readonly rotationWindow?: string;
  readonly policy: PolicyScope;
  readonly size: Size;
  readonly lastAccessed?: string;
  readonly created?: string;
  /** A function of Rekey reads it as superuser or admin secret. */
  readonly isSuperuser?: boolean;
}

/** A function of Rekey that rotates a secret here. */
export interface FunctionFacts {
  /** rekey-prod */
  readonly stack: string;
  readonly hasMetrics: boolean;
  /** ARNs of keys of its topic. */
  readonly keys: readonly string[];
  /** ARNs of secrets that it reads as superusers or admins. */
  readonly superusers: readonly string[];
  /** Ids. */
  readonly subnets: readonly string[];
  /** Its stack has the daily look. */
  readonly looks: boolean;
}

export interface ParameterFacts {
  readonly name: string;
  readonly type: string;
  readonly tier: 'standard' | 'advanced';
}

export interface Inventory {
  readonly region: string;
  readonly sizesRead: boolean;
  readonly secrets: readonly SecretFacts[];
  readonly parameters: readonly ParameterFacts[];
  /** Undefined: they may not be read. */
  readonly functions?: readonly FunctionFacts[] | undefined;
}
