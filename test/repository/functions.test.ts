import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { exists, read, root } from './files.ts';

const serverless = read('serverless.yml');
const scripts: Record<string, string> = JSON.parse(read('package.json')).scripts;

describe('serverless.yml', () => {
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

  it.each(['start', 'sandbox', 'test', 'test:all', 'bench', 'package', 'check'])(
    '%s installs what is missing first',
    (name) => {
      expect(scripts[`pre${name}`]).toMatch(/^node tools\/setup\.mjs\b/);
    },
  );
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
