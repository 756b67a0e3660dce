import type { Inventory } from '../../../cli/cost/inventory.ts';
import { functionOf, inventory, parameter, rotatedByRekey, secret } from './facts.ts';

/** The account that docs/cost.md shows. */
export const example: Inventory = {
  ...inventory(
    [
      secret('prod/payments/stripe-key'),
      secret('prod/mail/smtp', { created: '2024-01-01T00:00:00Z' }),
      secret('prod/orders/db', rotatedByRekey),
      secret('prod/billing/db', { ...rotatedByRekey, rotationWindow: '3h', primaryRegion: 'eu-west-2', replicas: 2 }),
      secret('prod/orders/superuser', { isSuperuser: true }),
      secret('prod/partners/key', { policy: 'cross-account' }),
      secret('rds!cluster-8d1f', { owningService: 'rds', rotates: true }),
      secret('staging/orders/db', { isDeleted: true }),
    ],
    [parameter('/prod/orders/settings', 'advanced'), parameter('/prod/orders/flag'), parameter('/prod/mail/from')],
    'eu-west-2',
  ),
  functions: [functionOf('rekey-prod', { subnets: ['a', 'b'] })],
};
