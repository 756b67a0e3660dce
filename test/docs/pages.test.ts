import { existsSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ErrorCode } from '../../shared/rotation/errors.ts';
import { ConfigurationError, errorCodes } from '../../shared/rotation/errors.ts';
import { againForSecret, nextForSecret } from '../../shared/stores/secrets-manager/next-command.ts';
import { anchors, blocks, page, pages, root, table, withoutBlocks } from './pages.ts';

describe.each(pages)('%s', (path) => {
  const text = page(path);

  it('links only to what is there', () => {
    const links = [...withoutBlocks(text).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);

    const broken = links.filter((link) => !/^https:\/\//.test(link)).filter((link) => !resolves(path, link));

    expect(broken).toEqual([]);
  });

  it('knows no machine but the reader’s', () => {
    expect(text).not.toMatch(/\/(work|home|root|Users)\/|\/tmp\/(bash|brief)|\.library|\bAKIA[A-Z0-9]{16}\b/);
  });

  it('names only account numbers and keys of examples', () => {
    const accounts = [...text.matchAll(/\b\d{12}\b/g)].map(([number]) => number);

    expect(accounts.filter((number) => !['123456789012', '000000000000'].includes(number))).toEqual([]);
  });
});

describe('docs/runbook.md', () => {
  const text = page('docs/runbook.md');
  const [, codes = ''] = text.split('\n## The codes\n');
  const entries = codes.split(/^### /m).slice(1);

  it('has an entry for each error code, in their order, and no other', () => {
    expect(entries.map((entry) => entry.split('\n')[0])).toEqual(Object.keys(errorCodes));
  });

  it.each(entries.map((entry) => [entry.split('\n')[0], entry]))('%s says what to do and what not', (_, entry) => {
    const labels = [...String(entry).matchAll(/^- \*\*([^*]+):\*\* \S/gm)].map(([, label]) => label);

    expect(labels).toEqual(['Means', 'Works now', 'Do', 'Never']);
  });
});

describe('the first move that docs/runbook.md names', () => {
  const text = page('docs/runbook.md');
  const entry = (code: string) =>
    text
      .split(`\n### ${code}\n`)[1]
      ?.split(/^- \*\*Do:\*\*/m)[1]
      ?.split('- **Never:**')[0] ?? '';
  const section = (anchor = '') =>
    text.split(/^### /m).find((each) => each.split('\n')[0]?.toLowerCase().replaceAll(' ', '-') === anchor) ?? '';
  /** Continued lines as one. */
  const commandsIn = (markdown: string) =>
    blocks(markdown).flatMap((block) =>
      block.text
        .replaceAll(/\\\n\s*/g, '')
        .trim()
        .split('\n'),
    );
  const moves = /`(aws [^`]+)`|\]\(#(look|rotate-again|abandon-a-stuck-rotation|move-awscurrent|store-a-value)\)/;
  const told = (command: string) => command.replaceAll("'", '"');
  const secret = { outcome: 'failed', secretId: '$SECRET', token: '$TOKEN' };

  it.each(Object.keys(errorCodes) as ErrorCode[])('for %s is the next command of the message', (code) => {
    const error = new ConfigurationError('a fact', { code, hint: 'a hint' });

    const [, command = '', anchor] = moves.exec(entry(code)) ?? [];

    const first = command === '' ? commandsIn(section(anchor)) : [command];
    expect(first).toContain(told(nextForSecret({ ...secret, error })));
  });

  it('for AWSPENDING, when that alone works, moves AWSCURRENT', () => {
    const labels = { $TOKEN: ['AWSPENDING'], $CURRENT: ['AWSCURRENT'] };

    const next = nextForSecret({ ...secret, working: 'AWSPENDING', labels });

    expect(commandsIn(section('move-awscurrent')).map((each) => each.replace('$WORKS', '$TOKEN'))).toEqual([
      told(next),
    ]);
  });

  it('to rotate again is what messages call that', () => {
    const error = new ConfigurationError('a fact', { hint: 'a hint' });

    const again = againForSecret({ ...secret, error, labels: { $TOKEN: ['AWSPENDING'] } });

    expect(commandsIn(section('rotate-again')).join('; ')).toBe(told(again ?? ''));
  });
});

describe('README.md', () => {
  it('runs nothing in a session of an administrator that a planted name could take: catalogs are qualified, or the path is pinned', () => {
    const pinned = /SET search_path = pg_catalog, pg_temp/;
    const bare = /(?<![\w.])pg_(?!catalog|temp|hba|dump|isready)\w+/;
    const statements = pages.flatMap((path) => {
      const inline = [...page(path).matchAll(/`([^`\n]*\bSELECT\b[^`\n]*)`/g)].map(([, text = ''], at, all) => ({
        text,
        before: page(path).slice(Math.max(0, (all[at]?.index ?? 0) - 120), all[at]?.index),
      }));
      const fenced = blocks(page(path))
        .filter(({ info }) => info === 'sql')
        .map(({ text }) => ({ text, before: '' }));
      return [...inline, ...fenced].map((each) => ({ path, ...each }));
    });
    const asked = statements.filter(({ text }) => /\bFROM pg_|\bpg_\w+\(/.test(text) || /pg_catalog/.test(text));

    const open = asked.filter(({ text, before }) => bare.test(text) && !pinned.test(text) && !pinned.test(before));

    expect(asked.length).toBeGreaterThan(4);
    expect(open).toEqual([]);
  });

  it('shows every engine with the strategies that are deployed for it', () => {
    const strategies = ['singleUser', 'alternatingUsers', 'superuserSet', 'dualPassword'];
    const rows = table(page('README.md'), '# Rekey');
    const handlers = [...page('serverless.yml').matchAll(/^ {4}handler: dist\/([\w-]+)\/index\.(\w+)$/gm)];

    const shown = rows.flatMap(([name = '', ...cells]) => {
      const [, engine] = /docs\/engines\/([\w-]+)\.md/.exec(name) ?? [];
      return strategies.filter((_, column) => cells[column]?.startsWith('yes')).map((each) => `${engine} ${each}`);
    });

    const ofEngines = handlers.filter(([, , strategy = '']) => strategies.includes(strategy));
    expect(new Set(shown)).toEqual(new Set(ofEngines.map(([, engine, strategy]) => `${engine} ${strategy}`)));
  });

  it('links no page that npm run new has laid out and nobody has written', () => {
    expect(pages.filter((path) => page(path).includes('\nNot written yet: '))).toEqual([]);
  });

  it('links the page of every provider that is deployed', () => {
    const shown = new Set([...page('README.md').matchAll(/docs\/providers\/([\w-]+)\.md/g)].map(([, name]) => name));

    expect(shown).toEqual(new Set(pages.flatMap((path) => /^docs\/providers\/([\w-]+)\.md$/.exec(path)?.[1] ?? [])));
  });
});

describe('docs/settings.md', () => {
  const rows = table(page('docs/settings.md'), '# Settings');
  const variables = (where: string) =>
    rows.filter((row) => row[3]?.includes(where)).map((row) => row[0]?.replaceAll('`', ''));

  it('has exactly the variables that config.ts reads', () => {
    const read = [...page('shared/lambda/config.ts').matchAll(/\benv\.([A-Z_0-9]+)/g)].map(([, name]) => name);

    expect(new Set(variables('config.ts'))).toEqual(new Set(read));
  });

  it('names each variable once', () => {
    const all = rows.map((row) => row[0]);

    expect(all.length).toBe(new Set(all).size);
    expect(rows.every((row) => row.length === 4 && row.every((cell) => cell !== ''))).toBe(true);
  });

  it('leaves no other variable to the SDK', () => {
    expect(variables('SDK').every((name) => name?.startsWith('AWS_'))).toBe(true);
  });
});

function resolves(from: string, link: string): boolean {
  const [file = '', anchor] = link.split('#');
  const target = file === '' ? from : normalize(join(dirname(from), file));
  if (!existsSync(join(root, target))) return false;
  return anchor === undefined || anchors(page(target)).has(anchor);
}
