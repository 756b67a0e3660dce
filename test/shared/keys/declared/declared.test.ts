import acme from '../../../../providers/acme.json' with { type: 'json' };
import { declaredProvider } from '../../../../shared/keys/declared/declared.ts';
import { describeProvider } from '../../../conformance/provider.case.ts';
import { startAcme } from '../../../support/acme.ts';

describeProvider({ provider: declaredProvider(acme, 'providers/acme.json'), start: startAcme });
