import { describe, expect, it } from 'vitest';
import { reachedFrom } from './circles.ts';
import { exists, imports, importsAtStart, read, sources, withoutComments } from './files.ts';

/** A layer may import itself and those listed. `aws` fills the ports that databases and keys declare, `stores` that of rotation. */
const inwards: Record<string, readonly string[]> = {
  rotation: [],
  databases: ['rotation'],
  keys: ['rotation'],
  generated: ['rotation', 'keys'],
  aws: ['rotation', 'databases', 'keys'],
  stores: ['rotation', 'aws'],
  lambda: ['rotation', 'databases', 'keys', 'generated', 'aws', 'stores'],
};

/** Whatever else a function needs is a driver. package.json names it: test/repository/libraries.test.ts. */
const drivers = Object.keys(JSON.parse(read('package.json')).dependencies).filter(
  (name) => !/^(@aws-sdk\/.*|@middy\/core|zod)$/.test(name),
);
const isDriver = (name: string) => drivers.some((driver) => name === driver || name.startsWith(`${driver}/`));
/** Files inside a driver are not for everybody. */
const isInside = (name: string) => name.includes('/lib/') && !/^mongodb\/lib\/(bson|cmap\/commands)\.js$/.test(name);

/** The one layer that may know a package. Node's own modules are free, and so are types. */
const owners: readonly [isOne: (name: string) => boolean, layers: readonly string[]][] = [
  [(name) => name.startsWith('@aws-sdk/'), ['aws', 'stores']],
  [(name) => name.startsWith('@middy/'), ['lambda']],
  [(name) => name === 'aws-lambda', ['lambda']],
  [(name) => isDriver(name) && !isInside(name), ['databases']],
  [(name) => name.startsWith('zod'), ['databases', 'keys', 'generated', 'lambda']],
];

const layerOf = (path: string) => path.split('/')[1] ?? '';

describe('arrows point inwards', () => {
  it.each(sources('shared'))('%s imports only what its layer may', (path) => {
    const layer = layerOf(path);

    const wrong = imports(path).filter((target) => {
      if (target.startsWith('node:')) return false;
      if (!target.endsWith('.ts')) return !owners.some(([isOne, layers]) => isOne(target) && layers.includes(layer));
      return !target.startsWith('shared/') || (layerOf(target) !== layer && !inwards[layer]?.includes(layerOf(target)));
    });

    expect(inwards).toHaveProperty(layer);
    expect(wrong).toEqual([]);
  });

  it.each(sources('functions'))('%s imports only from shared', (path) => {
    const wrong = imports(path).filter((target) => !/^shared\/(lambda|aws|databases|keys|generated)\//.test(target));

    expect(wrong).toEqual([]);
  });

  // Three steps of four never connect.
  it.each(sources('functions'))('%s starts without a driver', (path) => {
    const loaded = [...reachedFrom(path, (file) => (exists(file) ? importsAtStart(file) : []))];

    expect(loaded).toContain('zod/mini');
    expect(drivers).toContain('pg');
    expect(loaded.filter(isDriver)).toEqual([]);
  });

  it('no layer that ships knows the sandbox, the tests or the tools', () => {
    const wrong = [...sources('shared'), ...sources('functions')].filter((path) =>
      imports(path).some((target) => /^(local|demo|test|cli|page|bench|prove|tools)\//.test(target)),
    );

    expect(wrong).toEqual([]);
  });
});

/** What is around the product: whom the files of a room may import besides one another. Services know nothing of each other. */
const rooms: Readonly<Record<string, readonly string[]>> = {
  local: ['local/aws', 'local/services', 'local/servers', 'local/page', 'terminal'],
  'local/page': ['local/sandbox.ts', 'local/aws', 'local/services', 'page'],
  'local/aws': ['local/loopback.ts'],
  'local/services/*': ['local/aws', 'local/loopback.ts'],
  'local/servers': ['local/certificates.ts', 'local/loopback.ts'],
  // A double is written from the vendor's documentation, and not from the provider. IAM speaks as other services of AWS do.
  'local/doubles': ['local/aws', 'local/loopback.ts'],
  demo: [
    'local/sandbox.ts',
    'local/services/lambda/definition.ts',
    'local/loopback.ts',
    'local/servers',
    'local/doubles',
    'shared',
    'terminal',
    // The roles that functions have where they are deployed.
    'tools/stack',
  ],
  terminal: [],
  page: [],
  cli: ['shared', 'terminal', 'page'],
  bench: ['demo', 'terminal'],
  // What it explores in memory is the suites'; what it kills, cuts and spoils runs on what the demonstration stands on.
  prove: ['shared', 'functions', 'local', 'demo', 'terminal', 'test/conformance', 'test/support'],
};

function roomOf(path: string): string {
  const folders = path.split('/').slice(0, -1);
  const depth = folders[0] !== 'local' ? 1 : folders[1] === 'services' ? 3 : 2;
  return folders.slice(0, depth).join('/');
}

describe('the rooms around the product', () => {
  it.each(['local', 'demo', 'terminal', 'page', 'cli', 'bench', 'prove'].flatMap(sources))(
    '%s imports only what its room may',
    (path) => {
      const room = roomOf(path);
      const may = rooms[room] ?? rooms[room.replace(/[^/]+$/, '*')];

      const wrong = imports(path)
        .filter((target) => target.includes('/') && target.endsWith('.ts') && roomOf(target) !== room)
        .filter((target) => !may?.some((allowed) => target === allowed || target.startsWith(`${allowed}/`)));

      expect(wrong).toEqual([]);
    },
  );
});

describe('duties that live in one place', () => {
  const shipped = [...sources('shared'), ...sources('functions')];

  it('only config.ts reads the environment', () => {
    const readers = shipped.filter((path) =>
      /\bprocess\.env\b|\bprocess\b.*\benv\b\s*[,}]/.test(withoutComments(read(path))),
    );

    expect(readers.filter((path) => path !== 'shared/lambda/config.ts')).toEqual([]);
  });

  it('only clients.ts makes clients of AWS; IAM keys need one for each call, which goes through a provider’s transport', () => {
    const makers = shipped.filter((path) => {
      const text = withoutComments(read(path));
      return /@aws-sdk\/client-/.test(text) && /\bnew \w+Client\(/.test(text);
    });

    expect(makers).toEqual(['shared/aws/iam-keys.ts']);
    expect(read('shared/aws/clients.ts')).toContain('new Client(');
  });

  it('only versions.ts and secrets-manager.ts spell staging labels; the others name them in sentences', () => {
    const spelling = shipped.filter((path) =>
      /(['"`])AWS(CURRENT|PENDING|PREVIOUS)\1/.test(withoutComments(read(path))),
    );

    expect(spelling.filter((path) => !/\/(versions|secrets-manager)\.ts$/.test(path))).toEqual([]);
  });
});

describe('files', () => {
  const all = ['shared', 'functions', 'local', 'demo', 'terminal', 'page', 'cli', 'bench', 'prove', 'test'].flatMap(
    sources,
  );

  it('are named in kebab-case', () => {
    expect(all.filter((path) => !/^([a-z0-9-]+\/)+[a-z0-9-]+(\.(test|case))?\.ts$/.test(path))).toEqual([]);
  });

  it('have at most 350 lines', () => {
    expect(all.filter((path) => read(path).split('\n').length > 351)).toEqual([]);
  });

  it('export by name', () => {
    expect(all.filter((path) => /^export (default\b|\* from\b)/m.test(withoutComments(read(path))))).toEqual([]);
  });
});
