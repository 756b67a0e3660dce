import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { exists, functionNames, imports, read, root, sources } from './files.ts';

const serverless = read('serverless.yml');
const scripts: Record<string, string> = JSON.parse(read('package.json')).scripts;

describe.each(functionNames)('functions/%s.ts', (name) => {
  it('has a block in serverless.yml', () => {
    expect(serverless).toMatch(new RegExp(`^    handler: dist/${name}/index\\.\\w+$`, 'm'));
  });

  it('has a page in docs', () => {
    const pages = [`docs/engines/${name}.md`, `docs/providers/${name}.md`];
    const isParameters = /^parameter(-events)?$/.test(name);

    expect(pages.filter(exists)).toHaveLength(isParameters ? 0 : 1);
    if (isParameters) expect(read('docs/parameter-store.md')).toContain(`functions/${name}.ts`);
  });

  it('is run by a test', () => {
    const bundled = new RegExp(`[pP]ackaged\\w*\\(\\s*'${name}'`);
    const runs = (path: string) => imports(path).includes(`functions/${name}.ts`) || bundled.test(read(path));

    expect(sources('test').filter((path) => !path.startsWith('test/repository/') && runs(path))).not.toEqual([]);
  });
});

describe('serverless.yml', () => {
  it('names no function that is not there', () => {
    const named = [...serverless.matchAll(/^ {4}handler: dist\/([^/]+)\/index/gm)].map(([, name]) => name);

    expect(new Set(named)).toEqual(new Set(functionNames));
  });

  it('holds no account number and no key', () => {
    expect(serverless).not.toMatch(/\b\d{12}\b|\bAKIA[A-Z0-9]{16}\b/);
  });
});

describe('package.json', () => {
  it.each(['setup', 'build', 'start', 'sandbox', 'test', 'bench', 'package', 'check', 'lint', 'types', 'servers'])(
    'has the script %s',
    (name) => {
      expect(scripts).toHaveProperty(name);
    },
  );

  it('starts only files that exist', () => {
    const files = Object.values(scripts).flatMap((script) =>
      [...script.matchAll(/node (\S+)/g)].map(([, file = '']) => file),
    );

    expect(files.filter((file) => !exists(file))).toEqual([]);
  });

  it.each(['start', 'sandbox', 'test', 'bench', 'package', 'check'])('%s installs what is missing first', (name) => {
    expect(scripts[`pre${name}`]).toMatch(/^node tools\/setup\.mjs\b/);
  });
});

describe('events', () => {
  const files = readdirSync(`${root}/events`).filter((file) => file.endsWith('.json'));

  it.each(files)('%s is described in events/README.md', (file) => {
    expect(read('events/README.md')).toContain(`\`${file.slice(0, -'.json'.length)}\``);
  });

  it.each(files)('%s has only fields that its sender sends', (file) => {
    const ofSchedule = file === 'revoke-previous.json' ? ['Postponed', 'PreviousVersion'] : ['RotationToken'];
    const known = ['ClientRequestToken', 'SecretId', 'Step', ...ofSchedule];

    expect(known).toEqual(expect.arrayContaining(Object.keys(JSON.parse(read(`events/${file}`)))));
  });
});
