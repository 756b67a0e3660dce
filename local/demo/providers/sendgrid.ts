import { sendgrid } from '../../../shared/providers/sendgrid.ts';
import { startSendgrid } from '../../doubles/sendgrid.ts';
import type { ProviderAct } from '../provider/demo.ts';

export const act: ProviderAct = {
  title: 'a SendGrid API key',
  bundle: 'sendgrid',
  handler: 'sendgrid',
  provider: sendgrid,
  start: startSendgrid,
};
