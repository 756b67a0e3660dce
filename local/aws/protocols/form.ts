type Node = { [key: string]: Node | string };

/** Nested input from a flat form: `Tags.member.1.Key=k` becomes `{ Tags: [{ Key: 'k' }] }`, `Attributes.entry.1.key=k` a map. */
export function decodeForm(parameters: URLSearchParams): Record<string, unknown> {
  const root: Node = Object.create(null);
  for (const [name, value] of parameters) {
    if (name === 'Action' || name === 'Version' || name.startsWith('X-Amz-')) continue;
    place(root, name.split('.'), value);
  }
  return fold(root) as Record<string, unknown>;
}

function place(root: Node, path: readonly string[], value: string): void {
  let node = root;
  for (const key of path.slice(0, -1)) {
    const next = node[key];
    const inner: Node = typeof next === 'object' ? next : Object.create(null);
    node[key] = inner;
    node = inner;
  }
  node[path.at(-1) ?? ''] = value;
}

function fold(node: Node | string): unknown {
  if (typeof node === 'string') return node;
  const entries = Object.entries(node);
  const [name, numbered] = entries[0] ?? [];
  if (entries.length === 1 && name && typeof numbered === 'object' && isNumbered(numbered)) {
    const items = Object.entries(numbered)
      .sort(([a], [b]) => Number(a) - Number(b))
      .map(([, item]) => fold(item));
    return name === 'entry' ? toMap(items) : items;
  }
  return Object.fromEntries(entries.map(([key, value]) => [key, fold(value)]));
}

const isNumbered = (node: Node) => Object.keys(node).every((key) => /^\d+$/.test(key));

/** Maps spell their entries key/value or Name/Value, as the model of the service has it. */
function toMap(items: readonly unknown[]): Record<string, unknown> {
  const entries = items.map((item) => {
    const { key, value, Name, Value } = item as Record<string, unknown>;
    return [String(key ?? Name ?? ''), value ?? Value];
  });
  return Object.fromEntries(entries);
}
