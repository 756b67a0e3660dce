/** A row for every rule of which key goes and whether another comes. No provider, no clock. */
import { describe, expect, it } from 'vitest';
import {
  ago,
  byHand,
  current,
  DAY,
  earlier,
  first,
  HOUR,
  inTime,
  MINUTE,
  named,
  nameless,
  ON_TIME,
  of,
  otherSecret,
  planned,
  previous,
  type Row,
} from './plan-row.ts';

describe('another key is to be made', () => {
  it.each<Row>([
    // What goes first.
    ['the key of AWSPREVIOUS goes first, so that two live', {}, ON_TIME],
    ['nothing goes in a first rotation', { ...first, keys: [current] }, 'revoke nothing, leave current'],
    [
      'the current key stays, also where AWSPREVIOUS names it',
      { keys: [current], previousId: 'current' },
      'revoke nothing, leave current',
    ],
    ['a key of AWSPREVIOUS that is gone already is no matter', { keys: [current] }, 'revoke nothing, leave current'],
    [
      'a value of AWSPREVIOUS under no id that anybody knows is no matter',
      { previousId: null },
      'revoke previous, leave current',
    ],

    // Whose keys may go.
    [
      'the key of another secret stays, whatever AWSPREVIOUS says',
      { keys: [current, { ...named('previous', otherSecret, 60 * DAY) }], previousOpens: true },
      'revoke nothing, leave current, previous; previous stays',
    ],
    [
      'a key that a person made goes when the value of AWSPREVIOUS opens',
      { keys: [current, byHand], previousOpens: true },
      ON_TIME,
    ],
    [
      'a key that a person made stays when only its id is known',
      { keys: [current, byHand], previousOpens: false },
      'revoke nothing, leave current, previous; previous stays',
    ],
    ['the value of AWSPREVIOUS is tried only then', { keys: [current, byHand] }, 'ask previousOpens'],
    [
      'and not while somebody uses that key: to try it would be a use',
      { keys: [current, { ...byHand, lastUsed: ago(HOUR) }] },
      `previous in use, until ${inTime(23 * HOUR)}`,
    ],
    [
      'nor is the previous key asked for its id while somebody uses a key of this secret',
      { keys: [current, { ...previous, lastUsed: ago(HOUR) }], unasked: ['previousId'] },
      `previous in use, until ${inTime(23 * HOUR)}`,
    ],
    [
      'the use of a key of another secret is no matter, although AWSPREVIOUS names it',
      { keys: [current, { ...named('previous', otherSecret, 60 * DAY), lastUsed: ago(HOUR) }] },
      'revoke nothing, leave current, previous; previous stays',
    ],
    [
      'keys without names are those of the one holder, so that of AWSPREVIOUS goes untried',
      { keys: [nameless('current', 30 * DAY), nameless('previous', 60 * DAY)] },
      ON_TIME,
    ],
    ['the previous key is tried at a provider that lists none', { keys: [], isUnlisted: true }, 'ask previousOpens'],
    [
      'a key that no list shows goes by the word of AWSPREVIOUS, when that opens',
      { keys: [], isUnlisted: true, previousOpens: true },
      'revoke previous, leave nothing',
    ],
    [
      'and stays when it does not',
      { keys: [], isUnlisted: true, previousOpens: false },
      'revoke nothing, leave nothing; previous stays',
    ],
    [
      'keys of people and of other secrets stay',
      { ...first, keys: [current, byHand, named('theirs', otherSecret, 90 * DAY)] },
      'revoke nothing, leave current, previous, theirs',
    ],
    ["the admin's own key never goes", { adminIds: ['previous'] }, "previous is the admin's"],
    [
      "the admin's own key never goes, lost or not",
      { keys: [current, named('lost', earlier, DAY)], adminIds: ['lost'] },
      "lost is the admin's",
    ],
    ["which key is the admin's is asked before one goes", { unasked: ['adminIds'] }, 'ask adminIds'],
    [
      'and not when none goes',
      { keys: [current], unasked: ['previous', 'previousId', 'adminIds'] },
      'revoke nothing, leave current',
    ],

    // Keys whose value was lost.
    [
      'a key of this secret that no version names was lost, and goes',
      { keys: [current, previous, named('lost', earlier, HOUR)] },
      'revoke lost, previous, leave current',
    ],
    [
      'wherever it stands in the list',
      { keys: [named('lost', earlier, HOUR), current, previous] },
      'revoke lost, previous, leave current',
    ],
    [
      'a key of this rotation whose maker cannot be alive was lost, too',
      { keys: [current, previous, named('lost', of, 30_000)] },
      'revoke lost, previous, leave current',
    ],
    [
      'a key of this rotation whose maker may be alive is waited for',
      { keys: [current, previous, named('theirs', of, 29_000)] },
      'wait',
    ],
    [
      'before anything is asked',
      { keys: [current, previous, named('theirs', of, 29_000)], unasked: ['currentOpens', 'previousId', 'adminIds'] },
      'wait',
    ],
    ['for a current key that was just made nobody waits', { keys: [named('current', of, 1000), previous] }, ON_TIME],
    [
      'a key of another rotation whose maker may be alive stays',
      { keys: [current, previous, named('theirs', earlier, 29_000)] },
      'revoke previous, leave current, theirs',
    ],
    [
      'the clock that named a key counts, not the one of the provider',
      { keys: [current, previous, named('lost', of, HOUR, { createdAt: ago(1000) })] },
      'revoke lost, previous, leave current',
    ],
    [
      'a nameless key that nobody used, younger than the current one, was lost',
      { keys: [nameless('current', 30 * DAY), nameless('lost', DAY, { lastUsed: 'never' })] },
      'revoke lost, leave current',
    ],
    [
      'a nameless key whose maker may be alive is waited for',
      { keys: [nameless('current', 30 * DAY), nameless('theirs', 1000, { lastUsed: 'never' })] },
      'wait',
    ],
    [
      'a nameless key that somebody used stays',
      { keys: [nameless('current', 30 * DAY), nameless('other', DAY, { lastUsed: ago(HOUR) })] },
      'revoke nothing, leave current, other',
    ],
    [
      'a nameless key of which no use is told stays',
      { keys: [nameless('current', 30 * DAY), nameless('other', DAY)] },
      'revoke nothing, leave current, other',
    ],
    [
      'a nameless key that is older than the current one stays',
      { keys: [nameless('current', 30 * DAY), nameless('other', 31 * DAY, { lastUsed: 'never' })] },
      'revoke nothing, leave current, other',
    ],
    [
      'or as old',
      { keys: [nameless('current', 30 * DAY), nameless('other', 30 * DAY, { lastUsed: 'never' })] },
      'revoke nothing, leave current, other',
    ],
    [
      'a nameless key beside a current one of unknown age stays',
      { keys: [{ id: 'current' }, nameless('other', DAY, { lastUsed: 'never' })] },
      'revoke nothing, leave current, other',
    ],
    [
      'an expired key of this secret goes at any age',
      { keys: [current, named('lost', earlier, 1000, { expiresAt: ago(0) })] },
      'revoke lost, leave current',
    ],
    [
      'an expired key without a name goes, used or not',
      { keys: [nameless('current', 30 * DAY), nameless('lost', 31 * DAY, { expiresAt: ago(1), lastUsed: ago(DAY) })] },
      'revoke lost, leave current',
    ],
    [
      'an expired key of another secret stays',
      { keys: [current, named('other', otherSecret, DAY, { expiresAt: ago(1) })] },
      'revoke nothing, leave current, other',
    ],
    [
      'the current key stays, expired or lost as it may look',
      { ...first, keys: [named('current', of, HOUR, { expiresAt: ago(1) })] },
      'revoke nothing, leave current',
    ],

    // Keys in use.
    [
      'a key before that is in use keeps another from being made',
      { keys: [current, { ...previous, lastUsed: ago(20 * HOUR) }] },
      `previous in use, until ${inTime(4 * HOUR)}`,
    ],
    [
      'also one that will expire',
      { keys: [current, { ...previous, lastUsed: ago(20 * HOUR), expiresAt: ago(-HOUR) }] },
      `previous in use, until ${inTime(4 * HOUR)}`,
    ],
    [
      'for an hour at least',
      { keys: [current, { ...previous, lastUsed: ago(24 * HOUR - MINUTE) }] },
      `previous in use, until ${inTime(HOUR)}`,
    ],
    ['not once it was quiet for long enough', { keys: [current, { ...previous, lastUsed: ago(24 * HOUR) }] }, ON_TIME],
    [
      'nor when its owner says that uses are no matter',
      { keys: [current, { ...previous, lastUsed: ago(1) }], quietFor: 0 },
      ON_TIME,
    ],
    [
      'whatever the clock of the provider says',
      { keys: [current, { ...previous, lastUsed: ago(-1) }], quietFor: 0 },
      ON_TIME,
    ],
    [
      'of whose use the provider could tell, and does not, counts as used',
      { keys: [current, { ...previous, lastUsed: 'untold' }] },
      `previous in use, until ${inTime(DAY)}`,
    ],
    [
      'and is asked for again no sooner than in an hour',
      { keys: [current, { ...previous, lastUsed: 'untold' }], quietFor: MINUTE },
      `previous in use, until ${inTime(HOUR)}`,
    ],
    ['unless it has expired', { keys: [current, { ...previous, lastUsed: 'untold', expiresAt: ago(0) }] }, ON_TIME],
    ['or nobody wants quiet', { keys: [current, { ...previous, lastUsed: 'untold' }], quietFor: 0 }, ON_TIME],
    ['nor when it was never used', { keys: [current, { ...previous, lastUsed: 'never' }] }, ON_TIME],
    ['nor once it has expired', { keys: [current, { ...previous, lastUsed: ago(1), expiresAt: ago(0) }] }, ON_TIME],
    [
      'uses of the time in which it was the current one do not count',
      { keys: [named('current', earlier, HOUR), { ...previous, lastUsed: ago(HOUR + 1) }] },
      ON_TIME,
    ],
    [
      'nor what the rotation did in its fifteen minutes',
      { keys: [named('current', earlier, HOUR), { ...previous, lastUsed: ago(45 * MINUTE + 1) }] },
      ON_TIME,
    ],
    [
      'what came later does',
      { keys: [named('current', earlier, HOUR), { ...previous, lastUsed: ago(45 * MINUTE) }] },
      `previous in use, until ${inTime(24 * HOUR - 45 * MINUTE)}`,
    ],
    [
      'every use counts beside a current key of unknown age',
      { keys: [{ id: 'current' }, { ...previous, lastUsed: ago(45 * MINUTE + 1) }] },
      `previous in use, until ${inTime(24 * HOUR - 45 * MINUTE - 1)}`,
    ],
    [
      'a lost key that somebody uses stays as well',
      { keys: [current, previous, named('lost', earlier, HOUR, { lastUsed: ago(MINUTE) })] },
      `lost in use, until ${inTime(24 * HOUR - MINUTE)}`,
    ],
    [
      'and is told of before a previous key that a person made, whose id costs a call',
      { keys: [current, { ...byHand, lastUsed: ago(HOUR) }, named('lost', earlier, HOUR, { lastUsed: ago(MINUTE) })] },
      `lost in use, until ${inTime(24 * HOUR - MINUTE)}`,
    ],
    [
      'a key that a person made holds it by its use alone, for nobody tries whether AWSPREVIOUS is that key',
      { keys: [current, { ...byHand, lastUsed: ago(HOUR) }], previousOpens: false },
      `previous in use, until ${inTime(23 * HOUR)}`,
    ],
    [
      'unless no use counts: then it is tried, and stays',
      { keys: [current, { ...byHand, lastUsed: ago(1) }], previousOpens: false, quietFor: 0 },
      'revoke nothing, leave current, previous; previous stays',
    ],

    // Who may ask.
    ['AWSCURRENT is tried first', { unasked: ['currentOpens'] }, 'ask currentOpens'],
    ['then the key of AWSPREVIOUS is looked for', { unasked: ['previousId'] }, 'ask previousId'],
    ['nobody without AWSPREVIOUS when AWSCURRENT is refused', { ...first, currentOpens: false }, 'unproven'],
    ['nobody whose current key lives elsewhere', { ...first, currentId: 'elsewhere', keys: [byHand] }, 'unproven'],
    ['nor whose current key has no id', { ...first, currentId: undefined }, 'unproven'],
    [
      'nor beside a nameless key that was just made, which no current key of that list tells to be ours',
      { ...first, currentId: 'elsewhere', keys: [nameless('theirs', 1000, { lastUsed: 'never' })] },
      'unproven',
    ],
    ['AWSPREVIOUS is tried when AWSCURRENT is refused', { currentOpens: false }, 'ask previousOpens'],
    ['but not where it is about another account', { currentOpens: false, previous: { isForSame: false } }, 'unproven'],
    [
      'nor if it were to open there',
      { currentOpens: false, previous: { isForSame: false }, previousOpens: true },
      'unproven',
    ],
    ['nobody when both are refused', { currentOpens: false, previousOpens: false }, 'unproven'],
    [
      'and its id must be listed',
      { currentOpens: false, previousOpens: true, unasked: ['previousId'] },
      'ask previousId',
    ],
    [
      'nobody whose previous key lives elsewhere',
      { currentOpens: false, previousOpens: true, previousId: null },
      'unproven',
    ],
    [
      'whoever holds the previous key, and then nothing goes, lost, expired or not',
      {
        currentOpens: false,
        previousOpens: true,
        keys: [current, previous, named('lost', earlier, HOUR), named('expired', earlier, DAY, { expiresAt: ago(1) })],
      },
      'revoke nothing, leave current, previous, lost, expired',
    ],
    [
      'whoever holds a key at a provider that lists none',
      { ...first, keys: [], isUnlisted: true },
      'revoke nothing, leave nothing',
    ],
    [
      'or the previous one',
      { keys: [], isUnlisted: true, currentOpens: false, previousOpens: true },
      'revoke nothing, leave nothing',
    ],

    // Whether there is room.
    ['room is made by what goes', { slots: 2 }, ON_TIME],
    [
      'none is made by what stays',
      { slots: 2, keys: [current, byHand], previousOpens: false },
      'full: current, previous',
    ],
    [
      'no slot is free beside a key of somebody else, and nothing goes for nothing',
      { slots: 2, keys: [current, previous, { id: 'other', label: 'made by hand' }] },
      'full: current, other',
    ],
    [
      'nor when the previous key is all that works',
      { slots: 2, currentOpens: false, previousOpens: true },
      'full: current, previous',
    ],
  ])('%s', (_rule, given, comesTo) => {
    expect(planned('issue', given)).toBe(comesTo);
  });
});
