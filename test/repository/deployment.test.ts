import { describe, expect, it } from 'vitest';
import type { House } from './deployment.ts';
import { declaredIn, faultsOf, thisHouse } from './deployment.ts';

const house = await thisHouse();
const without = <T>(all: readonly T[], one: T) => all.filter((other) => other !== one);

it('engines, providers, functions, blocks, pages and tests all have their partners', () => {
  expect(faultsOf(house)).toEqual([]);
});

it('there is something to walk', () => {
  const kinds = house.systems.map(({ kind }) => kind);

  expect(house.exports.length).toBeGreaterThan(30);
  expect(kinds.filter((kind) => kind === 'engine').length).toBeGreaterThan(4);
  expect(kinds.filter((kind) => kind === 'provider').length).toBeGreaterThan(11);
});

it.each([
  ['engine', 'export const acme: DatabaseEngine = {'],
  ['engine', "export const acme = {\n  name: 'acme',\n} satisfies DatabaseEngine;"],
  ['provider', 'export const acme: IssuingProvider<AcmeSecret, AcmeAdmin> = {'],
  ['provider', "export const acme = {\n  name: 'acme',\n} satisfies IssuingProvider<AcmeSecret>;"],
  ['provider', "export const acme = {\n  name: 'acme',\n} satisfies AcceptingProvider;"],
  ['provider', 'export function acme(file: string): AcceptingProvider {'],
] as const)('an %s is known by each way to declare it: %j', (kind, text) => {
  expect(declaredIn(`export const other = {\n};\n${text}\n`)).toEqual([{ kind, name: 'acme' }]);
});

/** Every partner is taken away in turn, and missed. */
describe('it is noticed when', () => {
  const lacking = (change: Partial<House>) => faultsOf({ ...house, ...change });

  it.each(house.exports.map((one) => [`${one.bundle}.${one.name}`, one] as const))(
    'the export %s is gone',
    (_, one) => {
      expect(lacking({ exports: without(house.exports, one) })).toContain(
        `block of dist/${one.bundle}/index.${one.name}: no such export`,
      );
    },
  );

  it.each([...new Set(house.blocks)])('the block of %s is gone', (handler) => {
    expect(lacking({ blocks: house.blocks.filter((other) => other !== handler) })).toContain(`${handler} has no block`);
  });

  it.each(house.pages.map((page) => [page.about, page] as const))('the page of %s is gone', (about, page) => {
    expect(lacking({ pages: without(house.pages, page) })).toContain(`${about} has no page`);
  });

  it.each(house.pages.map((page) => [page.about, page] as const))('the function of the page of %s is gone', (about) => {
    const exports = house.exports.filter(({ bundle }) => bundle !== about);

    expect(lacking({ exports })).toContain(`the page of ${about} is about no function`);
  });

  it.each(house.systems.map((system) => [system.kind, system.name, system] as const))(
    '%s %s has no function, no suite, or is not there itself',
    (kind, name, system) => {
      const strangers = house.exports.map((one) => ({ ...one, systems: without(one.systems, name) }));

      expect(lacking({ exports: strangers })).toContain(`${kind} ${name} is in no function`);
      expect(lacking({ systems: [...without(house.systems, system), { ...system, suites: [] }] })).toContain(
        `${kind} ${name} passes no suite`,
      );
      expect(lacking({ exports: strangers }).some((fault) => fault.endsWith('is about no engine or provider'))).toBe(
        true,
      );
    },
  );

  it.each([...new Set(house.exports.map(({ bundle }) => bundle))])('no test runs %s', (bundle) => {
    const runs = (other: string) => (other === bundle ? '' : house.runs(other));

    expect(lacking({ runs })).toContainEqual(expect.stringMatching(`^dist/${bundle}/.* is run by no test$`));
  });
});
