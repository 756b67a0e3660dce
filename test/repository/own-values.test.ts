/** Values of one function, in place of the stack's. */
import { describe, expect, it } from 'vitest';
import { choose } from '../../tools/stack/choose.ts';
import { asks } from '../../tools/stack/parameters.ts';
import { templateOf, theBlocks } from './stack.ts';

const all = await theBlocks();
const asked = asks(['Sendgrid']);
/** Of mirrors the functions of a stack have nothing but own values. */
const own = asked.filter(({ ofStack, param }) => !ofStack && !/^mirror-|-admin-secret-arns$/.test(param));
const ofStack = asked.filter((one) => one.ofStack);
const text = (values: Record<string, string>) => JSON.stringify(templateOf(all, values));

describe('a value of one function', () => {
  it.each(own.map(({ param, id, given }) => [param, id, given]))(
    '%s stands in its resources, and nothing is left that asks for it',
    (param = '', id = '', given) => {
      const asks = [`{"Ref":"${id}"}`, ...(given === undefined ? [] : [`"${given}"`])];
      const [before, after] = [text({}), text({ [`*/${param}`]: 'x' })];

      expect(asks.filter((one) => !before.includes(one))).toEqual([]);
      expect(asks.filter((one) => after.includes(one))).toEqual([]);
    },
  );

  it.each(ofStack.map(({ param }) => param))('%s is none: no function would have it', (param) => {
    expect(() => text({ [`sendgrid/${param}`]: 'x' })).toThrow(
      `sendgrid/${param}: ${param} is a value of the whole stack, and no function has one of its own`,
    );
  });

  it.each([
    ['sendgrd/subnet-ids', 'sendgrd/subnet-ids: no function is named sendgrd, did you mean sendgrid? There are'],
    ['mysqll-*/subnet-ids', 'no function is named mysqll-*'],
    ['sendgrid/subnet-id', 'no parameter is named sendgrid/subnet-id, did you mean subnet-ids? There are functions, '],
    ['sendgrid/functions', 'no parameter is named sendgrid/functions'],
  ])('%s is an error that helps, and not a value that nobody has', (name, message) => {
    expect(() => text({ [name]: 'x' })).toThrow(message);
  });

  it('may be of a function that this deployment does not have: another stage does', () => {
    expect(() => templateOf(choose(all, 'iam'), { 'sendgrid/subnet-ids': 'a' }, Object.keys(all))).not.toThrow();
  });
});
