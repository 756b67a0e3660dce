import acme from '../../../../providers/acme.json' with { type: 'json' };
import { declaredProvider } from '../../../../shared/keys/declared/declared.ts';
import { describeProvider } from '../../../conformance/provider.case.ts';
import { HAS_NO_END } from '../../../conformance/provider-life.case.ts';
import { startAcme } from '../../../support/acme.ts';

describeProvider({ provider: declaredProvider(acme, 'providers/acme.json'), start: startAcme, skip: [HAS_NO_END] });
