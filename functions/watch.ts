import { watchHandler } from '../shared/lambda/watch.ts';

export const rotations = watchHandler();
