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
}
