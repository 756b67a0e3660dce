/** Host names do not care for case, and a dot at the end only says that the name is whole. */
export function sameName(a: string, b: string): boolean {
  const [one, other] = [a, b].map((host) => host.toLowerCase().replace(/\.$/, ''));
  return one === other;
}
