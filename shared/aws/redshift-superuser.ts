import { superuserSource } from './managed-superuser.ts';

/** As for RDS, but Redshift has no replicas: the host must be the same. */
export const redshiftSuperuser = superuserSource({
  title: 'Amazon Redshift cluster or namespace',
  byTag: {
    'aws:redshift:primaryclusterarn': async (...args) => (await import('./redshift.ts')).serverOfCluster(...args),
    'aws:redshift-serverless:namespacearn': async (...args) =>
      (await import('./redshift.ts')).serverOfNamespace(...args),
  },
});
