/** A row for every rule of whether the previous key goes, when its time has come. */
import { describe, expect, it } from 'vitest';
import {
  ago,
  byHand,
  current,
  DAY,
  earlier,
  HOUR,
  inTime,
  named,
  ON_TIME,
  of,
  otherSecret,
  planned,
  previous,
  type Row,
} from './plan-row.ts';

describe('the time has come for the previous key', () => {
  it.each<Row>([
    ['it goes', {}, ON_TIME],
    [
      'and nothing else, lost or expired',
      { keys: [current, previous, named('lost', earlier, HOUR)] },
      'revoke previous, leave current, lost',
    ],
    ['first it is looked for', { unasked: ['previousId', 'currentOpens'] }, 'ask previousId'],
    ['the current key stays', { previousId: 'current' }, 'revoke nothing, leave current, previous'],
    [
      'what is gone already needs no proof',
      { keys: [current], unasked: ['currentOpens'] },
      'revoke nothing, leave current',
    ],
    [
      'while it is in use it stays, and nothing else is asked',
      { keys: [current, { ...byHand, lastUsed: ago(20 * HOUR) }], unasked: ['currentOpens'] },
      `previous in use, until ${inTime(4 * HOUR)}`,
    ],
    ['unless it has expired', { keys: [current, { ...previous, lastUsed: ago(1), expiresAt: ago(0) }] }, ON_TIME],
    ['AWSCURRENT must open', { unasked: ['currentOpens'] }, 'ask currentOpens'],
    [
      'while it does not, the previous key may be all that works',
      { currentOpens: false, previousOpens: true },
      `current refused, until ${inTime(DAY)}`,
    ],
    ['nor is it to live elsewhere', { currentId: 'elsewhere' }, `current refused, until ${inTime(DAY)}`],
    ['the key of another secret stays', { keys: [current, named('previous', otherSecret, 60 * DAY)] }, 'not ours'],
    ['a key that a person made is tried', { keys: [current, byHand] }, 'ask previousOpens'],
    ['it stays when only its id is known', { keys: [current, byHand], previousOpens: false }, 'not ours'],
    ['it goes when its value opens', { keys: [current, byHand], previousOpens: true }, ON_TIME],
    ["which key is the admin's is asked", { unasked: ['adminIds'] }, 'ask adminIds'],
    ['and that one never goes', { adminIds: ['previous'] }, "previous is the admin's"],
    [
      'a key that no list shows goes by the word of AWSPREVIOUS, when that opens',
      { keys: [], isUnlisted: true, previousOpens: true },
      'revoke previous, leave nothing',
    ],
    ['a limit is no matter, for nothing is made', { slots: 1 }, ON_TIME],
    [
      'nor is a key that another delivery has just made',
      { keys: [current, previous, named('theirs', of, 1000)] },
      'revoke previous, leave current, theirs',
    ],
  ])('%s', (_rule, given, comesTo) => {
    expect(planned('revoke', given)).toBe(comesTo);
  });
});
