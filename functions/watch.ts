import { rotationEventHandler } from '../shared/lambda/rotation-events.ts';
import { watchHandler } from '../shared/lambda/watch.ts';

export const rotations = watchHandler();
export const rotationEvents = rotationEventHandler();
