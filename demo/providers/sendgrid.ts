import { startSendgrid } from '../../local/doubles/sendgrid.ts';
import { sendgrid } from '../../shared/keys/vendors/sendgrid.ts';
import type { ProviderAct } from '../provider/act.ts';

export const act = { title: 'a SendGrid API key', provider: sendgrid, start: startSendgrid } satisfies ProviderAct;
