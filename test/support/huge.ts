import { parseObject } from '../../shared/rotation/json.ts';

/** A number that JavaScript cannot hold, as a secret or an answer that has one is read: an object, and Number() throws at it. */
export const huge = parseObject('{"huge":1e999}')?.huge;
