import { policyEventHandler } from '../shared/lambda/policy-events.ts';

export const policyEvents = policyEventHandler();
