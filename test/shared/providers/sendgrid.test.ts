import { startSendgrid } from '../../../local/providers/sendgrid.ts';
import { sendgrid } from '../../../shared/providers/sendgrid.ts';
import { describeProvider } from '../../conformance/provider.case.ts';

describeProvider({ provider: sendgrid, start: startSendgrid });
