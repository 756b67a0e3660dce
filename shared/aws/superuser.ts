/** The superuser of an RDS server, from the secret that `masterarn` names. */
import { superuserSource } from './managed-superuser.ts';

/** https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-secrets-manager.html */
export const superuserFromSecretsManager = superuserSource({
  title: 'RDS instance or cluster',
  byTag: {
    'aws:rds:primarydbinstancearn': async (...args) => (await import('./rds.ts')).serverOfInstance(...args),
    'aws:rds:primarydbclusterarn': async (...args) => (await import('./rds.ts')).serverOfCluster(...args),
  },
  isPrimaryOf: async (...args) => (await import('./rds.ts')).isPrimaryOf(...args),
});
