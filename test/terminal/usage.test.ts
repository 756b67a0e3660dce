import { describe, expect, it } from 'vitest';
import { known, parseOptions, refuseBeside, UsageError } from '../../terminal/usage.ts';

const options = { cold: { type: 'boolean' }, engine: { type: 'string' } } as const;
const refusalOf = (parse: () => unknown): unknown => {
  try {
    return parse();
  } catch (error) {
    return error;
  }
};

describe('the options of a command line', () => {
  it('are what was given', () => {
    expect(parseOptions(options, 'see --help', ['--cold', '--engine', 'mysql'])).toEqual({
      cold: true,
      engine: 'mysql',
    });
  });

  it.each([
    [['--warm'], "Unknown option '--warm'"],
    [['twice'], "Unexpected argument 'twice'"],
    [['--engine'], "Option '--engine <value>' argument missing"],
  ])('%j is refused with one fact and the hint', (parameters, fact) => {
    const refusal = refusalOf(() => parseOptions(options, 'see --help', parameters));

    expect(refusal).toBeInstanceOf(UsageError);
    expect(refusal).toMatchObject({ message: fact, hint: 'see --help' });
  });

  it('name one of those that there are', () => {
    expect(known('engine', 'mysql', ['mysql'])).toBe('mysql');
    expect(refusalOf(() => known('engine', 'dbase', ['mysql', 'postgres']))).toMatchObject({
      message: '--engine dbase: no such engine here',
      hint: 'choose one of: mysql, postgres',
    });
  });
});

describe('options that would be ignored', () => {
  it('are refused beside the one that ignores them', () => {
    const refusal = refusalOf(() => refuseBeside('provider', { engine: undefined, cold: false }));

    expect(refusal).toBeInstanceOf(UsageError);
    expect(refusal).toMatchObject({
      message: '--cold does nothing beside --provider',
      hint: 'leave one of the two out',
    });
  });

  it('are no matter where none was given', () => {
    expect(refusalOf(() => refuseBeside('provider', { engine: undefined }))).toBeUndefined();
  });
});
