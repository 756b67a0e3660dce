/** What belongs together, and where one of them lacks its partner: engines, providers, functions, blocks, pages and tests. */
import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { functionNames, imports, read, root, sources, withoutComments } from './files.ts';

export interface Deployed {
  /** functions/<bundle>.ts exports it. */
  readonly bundle: string;
  readonly name: string;
  /** The engines and providers that it is made of, by the names that their files export. */
  readonly systems: readonly string[];
}

export interface System {
  readonly kind: 'engine' | 'provider';
  readonly name: string;
  /** Tests that put it through the suite of its kind. */
  readonly suites: readonly string[];
}

export interface House {
  readonly exports: readonly Deployed[];
  readonly systems: readonly System[];
  /** `handler` of each block of serverless.yml. */
  readonly blocks: readonly string[];
  /** docs/engines and docs/providers, by what they are about. */
  readonly pages: readonly { readonly kind: 'engine' | 'provider'; readonly about: string }[];
  /** Bundles that tests run, with the text of those tests. */
  runs(bundle: string): string;
}

/** Exports with no system behind them, or with one that comes from a file. */
const WITHOUT_SYSTEM = ['generatedValue', 'policyEvents', 'rotationEvents', 'rotations'];
/** Their pages are docs/parameter-store.md and docs/notifications.md. */
const WITHOUT_PAGE = ['parameter', 'parameter-events', 'watch'];

/** One sentence for each that lacks its partner. */
export function faultsOf({ exports, systems, blocks, pages, runs }: House): string[] {
  const handlerOf = ({ bundle, name }: Deployed) => `dist/${bundle}/index.${name}`;
  const handlers = exports.map(handlerOf);
  const bundles = [...new Set(exports.map(({ bundle }) => bundle))];
  const deployed = new Set(exports.flatMap((one) => one.systems));
  const kindOf = (bundle: string) => {
    const names = exports.filter((one) => one.bundle === bundle).flatMap((one) => one.systems);
    return systems.some(({ kind, name }) => kind === 'engine' && names.includes(name)) ? 'engine' : 'provider';
  };
  const hasPage = (bundle: string) => pages.some(({ kind, about }) => kind === kindOf(bundle) && about === bundle);
  return [
    ...handlers.filter((handler) => !blocks.includes(handler)).map((handler) => `${handler} has no block`),
    ...blocks.filter((handler) => !handlers.includes(handler)).map((handler) => `block of ${handler}: no such export`),
    ...exports
      .filter(({ bundle, name }) => !runs(bundle).includes(`'${name}'`))
      .map((one) => `${handlerOf(one)} is run by no test`),
    ...exports
      .filter(({ name, systems: own }) => own.length === 0 && !WITHOUT_SYSTEM.includes(name))
      .map((one) => `${handlerOf(one)} is about no engine or provider`),
    ...bundles
      .filter((bundle) => !WITHOUT_PAGE.includes(bundle) && !hasPage(bundle))
      .map((bundle) => `${bundle} has no page`),
    ...pages
      .filter(({ kind, about }) => !bundles.includes(about) || kindOf(about) !== kind)
      .map(({ about }) => `the page of ${about} is about no function`),
    ...systems.filter(({ name }) => !deployed.has(name)).map(({ kind, name }) => `${kind} ${name} is in no function`),
    ...systems.filter(({ suites }) => suites.length === 0).map(({ kind, name }) => `${kind} ${name} passes no suite`),
  ];
}

/** The house as it is. */
export async function thisHouse(): Promise<House> {
  const systems = sources('shared').flatMap(systemsIn);
  const tests = sources('test').filter((path) => !path.startsWith('test/repository/'));
  const exports = await Promise.all(functionNames.map((bundle) => exportsOf(bundle, systems)));
  const pagesOf = (kind: 'engine' | 'provider') =>
    readdirSync(join(root, `docs/${kind}s`)).map((file) => ({ kind, about: basename(file, '.md') }));
  const texts = new Map(
    functionNames.map((bundle) => {
      const running = tests.filter((path) => isRunBy(path, bundle)).flatMap(withSuites);
      return [bundle, running.map(read).join('\n')];
    }),
  );
  return {
    exports: exports.flat(),
    systems: systems.map(({ kind, name, path }) => ({
      kind,
      name,
      suites: tests.filter((test) => {
        const call = kind === 'engine' ? /\bdescribeEngine\(/ : /\bdescribeProvider\(/;
        return imports(test).includes(path) && call.test(read(test)) && new RegExp(`\\b${name}\\b`).test(read(test));
      }),
    })),
    blocks: [...read('serverless.yml').matchAll(/^ {4}handler: (\S+)$/gm)].map(([, handler = '']) => handler),
    pages: [...pagesOf('engine'), ...pagesOf('provider')],
    runs: (bundle) => texts.get(bundle) ?? '',
  };
}

type Declared = Pick<System, 'kind' | 'name'> & { readonly path: string };

function systemsIn(path: string): Declared[] {
  return declaredIn(withoutComments(read(path))).map((one) => ({ ...one, path }));
}

/** Whatever a file exports that says of itself that it is an engine or a provider. */
export function declaredIn(text: string): Pick<System, 'kind' | 'name'>[] {
  const named = (kind: System['kind'], pattern: RegExp) =>
    [...text.matchAll(pattern)].map(([, name = '']) => ({ kind, name }));
  const provider = '(?:Issuing|Accepting)Provider(?:<[^=;{]*>)?';
  return [
    ...named(
      'engine',
      /^export const (\w+)(?:: DatabaseEngine =| = \{$(?:(?!^\})[\s\S])*?^\} satisfies DatabaseEngine)/gm,
    ),
    ...named('provider', new RegExp(`^export const (\\w+): ${provider} =`, 'gm')),
    ...named(
      'provider',
      new RegExp(`^export const (\\w+) = \\{$(?:(?!^\\})[\\s\\S])*?^\\} satisfies ${provider}`, 'gm'),
    ),
    ...named('provider', new RegExp(`^export function (\\w+)\\([^)]*\\): ${provider} \\{`, 'gm')),
  ];
}

async function exportsOf(bundle: string, systems: readonly Declared[]): Promise<Deployed[]> {
  const path = `functions/${bundle}.ts`;
  const names = Object.keys(await import(join(root, path)));
  const text = withoutComments(read(path));
  return names.map((name) => {
    const [, made = ''] = new RegExp(`^export const ${name} = ([\\s\\S]*?);$`, 'm').exec(text) ?? [];
    const used = [...text.matchAll(/import (?:type )?\{([^}]*)\} from '\.\.\/([^']+)'/g)].flatMap(
      ([, list = '', from = '']) =>
        list.split(',').flatMap((item) => {
          const [original = '', alias = original] = item.trim().split(' as ');
          return new RegExp(`\\b${alias}\\b`).test(made) ? [{ original, from }] : [];
        }),
    );
    return {
      bundle,
      name,
      systems: systems.filter((system) => used.some((one) => isMadeOf(one, system))).map((one) => one.name),
    };
  });
}

/** Named in the function itself, or in the handler that it calls. */
function isMadeOf({ original, from }: { original: string; from: string }, { name, path }: Declared): boolean {
  if (from === path) return original === name;
  return from.startsWith('shared/lambda/') && imports(from).includes(path) && read(from).includes(`${name}(`);
}

/** `packaged()` runs the bundle of PostgreSQL; the others are named. */
function isRunBy(path: string, bundle: string): boolean {
  const text = read(path);
  if (!path.endsWith('.test.ts')) return false;
  return (
    new RegExp(`[pP]ackaged\\w*\\(\\s*'${bundle}'`).test(text) ||
    (bundle === 'postgres' && /\bpackaged\([{)]/.test(text))
  );
}

/** A test may leave its cases to a suite in test/support. */
function withSuites(path: string): string[] {
  return [
    path,
    ...imports(path).filter((one) => one.startsWith('test/support/') && /\bdescribe\.each\(/.test(read(one))),
  ];
}
