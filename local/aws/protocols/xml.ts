/** An element with its content. An array repeats the element; a Date is written in ISO 8601; undefined is left out. */
export function toXml(name: string, content: unknown, namespace?: string): string {
  if (content === undefined || content === null) return '';
  if (Array.isArray(content)) return content.map((item) => toXml(name, item)).join('');
  const opening = namespace ? `${name} xmlns="${namespace}"` : name;
  return `<${opening}>${inner(content)}</${name}>`;
}

function inner(content: unknown): string {
  if (content instanceof Date) return content.toISOString();
  if (typeof content !== 'object' || content === null) return escapeText(String(content));
  return Object.entries(content)
    .map(([key, value]) => toXml(key, value))
    .join('');
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Line ends and tabs must be references, or a parser makes plain spaces of them. Characters that XML 1.0 forbids become U+FFFD. */
function escapeText(text: string): string {
  return [...text].map((character) => entities[character] ?? escapeControl(character)).join('');
}

function escapeControl(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code === 9 || code === 10 || code === 13) return `&#${code};`;
  return code < 32 || code === 0xfffe || code === 0xffff || (code >= 0xd800 && code <= 0xdfff) ? '\ufffd' : character;
}
